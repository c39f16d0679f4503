package feishu

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Seal encrypts plain as the provider does: base64 of iv and AES-256-CBC under
// sha256(key), padded by PKCS7 (feishu.md 8.2).
func Seal(key string, plain []byte) string {
	iv := make([]byte, aes.BlockSize)
	_, _ = rand.Read(iv) // never fails, see crypto/rand
	return sealWith(iv, key, plain)
}

func sealWith(iv []byte, key string, plain []byte) string {
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic("sandbox: a key of 32 bytes was refused: " + err.Error())
	}
	n := aes.BlockSize - len(plain)%aes.BlockSize
	text := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text)
	return base64.StdEncoding.EncodeToString(append(bytes.Clone(iv), text...))
}

// Sign is the signature of a request over its body as it is sent (feishu.md 8.2).
func Sign(timestamp, nonce, key string, body []byte) string {
	sum := sha256.Sum256(append([]byte(timestamp+nonce+key), body...))
	return hex.EncodeToString(sum[:])
}
