package feishu

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var errSeal = errors.New("not sealed with our key")

// unseal decrypts what Feishu sealed with key: base64(iv ‖ AES-256-CBC of the text),
// under sha256(key), padded by PKCS7 (feishu.md 9.2).
func unseal(key, sealed string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil, errSeal
	}
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, err
	}
	iv, text := data[:aes.BlockSize], data[aes.BlockSize:]
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(text, text)
	return unpad(text)
}

// unpad cuts the padding off; SDKs that look for the last brace instead take more than
// was sent (feishu.md 2.8).
func unpad(text []byte) ([]byte, error) {
	n := int(text[len(text)-1])
	if n < 1 || n > aes.BlockSize {
		return nil, errSeal
	}
	for _, b := range text[len(text)-n:] {
		if int(b) != n {
			return nil, errSeal
		}
	}
	return text[:len(text)-n], nil
}

// signatureOf is what X-Lark-Signature must say. The timestamp is taken as it came:
// it has two forms (feishu.md 8.2).
func signatureOf(timestamp, nonce, key string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(timestamp + nonce + key))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// same compares a secret in constant time, whatever the lengths. A secret that nobody
// configured equals nothing.
func same(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && want != ""
}

var goTime = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:\.\d+)? ([+-]\d{4})`)

// signedAt reads X-Lark-Request-Timestamp: unix seconds, or what Go prints of a time.
func signedAt(header string) (time.Time, bool) {
	header = strings.TrimSpace(header)
	if s, err := strconv.ParseInt(header, 10, 64); err == nil {
		return time.Unix(s, 0), true
	}
	m := goTime.FindStringSubmatch(header)
	if m == nil {
		return time.Time{}, false
	}
	at, err := time.Parse("2006-01-02 15:04:05 -0700", m[1]+" "+m[2])
	return at, err == nil
}

// madeAt reads header.create_time: microseconds of a callback, milliseconds of an
// event, and seconds of what is neither.
func madeAt(stamp string) (time.Time, bool) {
	n, err := strconv.ParseInt(stamp, 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}, false
	case n >= 1e15:
		return time.UnixMicro(n), true
	case n >= 1e12:
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), true
}
