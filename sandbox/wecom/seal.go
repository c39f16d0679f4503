package wecom

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // WeCom signs with SHA-1 (wecom.md 8.1)
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// padTo is what plaintexts are padded to a multiple of (wecom.md 8.1).
const padTo = 32

// Seal encrypts a message to a corp as WeCom does (wecom.md 8.1): random, 16 bytes of
// it, then the message's length, the message and the corp. The key has 43 characters.
func Seal(aesKey, corpID string, random, message []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil {
		return "", fmt.Errorf("read the EncodingAESKey: %w", err)
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("read the EncodingAESKey: %w", err)
	}
	plain := binary.BigEndian.AppendUint32(slices.Clone(random), uint32(len(message)))
	plain = append(append(plain, message...), corpID...)
	n := padTo - len(plain)%padTo
	plain = append(plain, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(c, key[:aes.BlockSize]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// Sign is the msg_signature of a sealed message (wecom.md 8.1).
func Sign(token, timestamp, nonce, sealed string) string {
	parts := []string{token, timestamp, nonce, sealed}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}
