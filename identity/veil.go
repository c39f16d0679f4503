package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// veil hides people in Redis: addresses in keys are hashed with a key of the
// installation, and where an address must be read again it is sealed.
type veil struct {
	mac  []byte
	aead cipher.AEAD
}

func newVeil(key []byte) (veil, error) {
	if len(key) < 32 {
		return veil{}, errors.New("the key for names in Redis must have 32 bytes")
	}
	mac, err := hkdf.Key(sha256.New, key, nil, "ticketbell identity names", 32)
	if err != nil {
		return veil{}, fmt.Errorf("derive the key for names: %w", err)
	}
	seal, err := hkdf.Key(sha256.New, key, nil, "ticketbell identity seal", 32)
	if err != nil {
		return veil{}, fmt.Errorf("derive the key for addresses: %w", err)
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return veil{}, fmt.Errorf("derive the key for addresses: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return veil{mac, aead}, err
}

// name hashes parts into something that tells nothing to whoever lacks the key.
func (v veil) name(parts ...string) string {
	mac := hmac.New(sha256.New, v.mac)
	for _, part := range parts {
		_, _ = mac.Write([]byte(part)) // a hash takes everything
		_, _ = mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func (v veil) seal(plain []byte) string {
	return string(v.aead.Seal(nil, nil, plain, nil)) //nolint:gosec // this AEAD draws the nonce itself and takes none
}

func (v veil) open(sealed string) ([]byte, error) {
	plain, err := v.aead.Open(nil, nil, []byte(sealed), nil)
	if err != nil {
		return nil, errors.New("not sealed by this installation")
	}
	return plain, nil
}
