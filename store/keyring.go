package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// keySize is the size of a master key in bytes.
const keySize = 32

// keyring seals secrets with AES-256-GCM. A sealed value names the key it was
// sealed with, so that a ring may hold old keys beside the current one.
type keyring struct {
	current string
	masters map[string][]byte
	made    *sync.Map // the cipher.AEAD of each key and purpose, which takes longer to make than to use
}

func newKeyring(master []byte) (keyring, error) {
	if len(master) != keySize {
		return keyring{}, fmt.Errorf("the master key must be %d bytes long, not %d", keySize, len(master))
	}
	id, err := hkdf.Key(sha256.New, master, nil, "ticketbell key id", 4)
	if err != nil {
		return keyring{}, fmt.Errorf("name the master key: %w", err)
	}
	name := hex.EncodeToString(id)
	return keyring{current: name, masters: map[string][]byte{name: master}, made: new(sync.Map)}, nil
}

// seal hides plain. The sub-key depends on the purpose; the place ("feishu/app_secret")
// is bound to the value, so that it cannot be moved to another.
func (k keyring) seal(purpose, place, plain string) (string, error) {
	gcm, err := k.cipher(k.current, purpose)
	if err != nil {
		return "", err
	}
	box := gcm.Seal(nil, nil, []byte(plain), []byte(place)) //nolint:gosec // this AEAD draws the nonce itself and takes none
	return k.current + ":" + base64.RawStdEncoding.EncodeToString(box), nil
}

// open returns what was sealed for this purpose and place.
func (k keyring) open(purpose, place, sealed string) (string, error) {
	id, text, _ := strings.Cut(sealed, ":")
	gcm, err := k.cipher(id, purpose)
	if err != nil {
		return "", err
	}
	box, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", errors.New("not a sealed value")
	}
	plain, err := gcm.Open(nil, nil, box, []byte(place))
	if err != nil {
		return "", errors.New("sealed for another place, or damaged")
	}
	return string(plain), nil
}

// cipher returns the sealing of one purpose, made at its first use.
func (k keyring) cipher(id, purpose string) (cipher.AEAD, error) {
	type of struct{ id, purpose string }
	if made, ok := k.made.Load(of{id, purpose}); ok {
		if gcm, ok := made.(cipher.AEAD); ok {
			return gcm, nil
		}
	}
	gcm, err := k.makeCipher(id, purpose)
	if err != nil {
		return nil, err
	}
	k.made.Store(of{id, purpose}, gcm)
	return gcm, nil
}

// makeCipher derives the sub-key of the purpose; its cipher puts a random nonce
// before each value.
func (k keyring) makeCipher(id, purpose string) (cipher.AEAD, error) {
	master, ok := k.masters[id]
	if !ok {
		return nil, fmt.Errorf("%w: %q, and the one given is %q", ErrOtherKey, id, k.current)
	}
	sub, err := hkdf.Key(sha256.New, master, nil, "ticketbell seal "+purpose, keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
