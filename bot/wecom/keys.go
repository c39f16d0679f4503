package wecom

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // WeCom signs with SHA-1 (wecom.md 8.1); the key is in the message
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// freshFor is how far the time of a callback may be from ours. WeCom tries within
	// seconds of each other (wecom.md 8.5); the rest is for clocks.
	freshFor = 10 * time.Minute
	// block is what plaintexts are padded to a multiple of, twice that of AES.
	block = 32
	// head is the random part of a plaintext, with the length of the message behind it.
	head = 16 + 4
)

// Keys guard the callbacks of one app. Whoever does not know both can neither make a
// callback nor read one.
type Keys struct {
	CorpID  string
	AgentID int
	// Token signs, AESKey encrypts: its 43 characters stand for 32 bytes.
	Token, AESKey string
	// Off is true while the channel is switched off: the URL can be verified, and what
	// people do is refused.
	Off bool
}

// String names the app and hides the secrets.
func (k Keys) String() string {
	return fmt.Sprintf("callbacks of wecom app %d of corp %s", k.AgentID, k.CorpID)
}

// GoString hides the secrets from %#v as well.
func (k Keys) GoString() string { return k.String() }

// letter is a callback as it arrived: who sent it is not known before it is opened.
type letter struct {
	signature, timestamp, nonce string
	sealed                      string
}

// Why a callback is refused. The sender never learns which.
var (
	errSignature = errors.New("the signature does not match")
	errStale     = errors.New("the time is missing or too far from now")
	errSealed    = errors.New("it cannot be decrypted")
	errReceiver  = errors.New("it is meant for another corp")
)

// open returns the message in l, in the order of checks of wecom.md 8.1: nothing is
// decrypted that was not signed, nothing is read that was not meant for this corp.
func (k Keys) open(l letter, now time.Time) ([]byte, error) {
	want := k.sign(l)
	if subtle.ConstantTimeCompare([]byte(want), []byte(l.signature)) != 1 {
		return nil, errSignature
	}
	seconds, err := strconv.ParseInt(l.timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > freshFor {
		return nil, errStale
	}
	plain, err := k.decrypt(l.sealed)
	if err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(plain[head-4 : head]))
	if size > len(plain)-head {
		return nil, errSealed
	}
	message, receiver := plain[head:head+size], plain[head+size:]
	if subtle.ConstantTimeCompare(receiver, []byte(k.CorpID)) != 1 {
		return nil, errReceiver
	}
	return message, nil
}

// sign is the signature l should have.
func (k Keys) sign(l letter) string {
	parts := []string{k.Token, l.timestamp, l.nonce, l.sealed}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// decrypt returns the plaintext without its padding, which is at least a [head] long.
// The AES is ours: the SDK's believes the padding, and panics on a wrong key (wecom.md 2.6).
func (k Keys) decrypt(sealed string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(k.AESKey + "=") // trailing bits may be set: not Strict
	if err != nil {
		return nil, errSealed
	}
	data, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errSealed
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, errSealed
	}
	cipher.NewCBCDecrypter(c, key[:aes.BlockSize]).CryptBlocks(data, data)
	padding := int(data[len(data)-1])
	if padding < 1 || padding > block || len(data)-padding < head {
		return nil, errSealed
	}
	for _, b := range data[len(data)-padding:] {
		if int(b) != padding {
			return nil, errSealed
		}
	}
	return data[:len(data)-padding], nil
}
