package feishu

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"testing"
)

// The vectors of feishu.md 9.3: made with the Go SDK, decrypted and accepted by the Node SDK.
const (
	vectorKey       = "ekey"
	vectorToken     = "vtok"
	vectorTimestamp = "1700000000"
	vectorNonce     = "nn"
	vectorSealed    = "eblf/n7RuCKG1r3yF0/HRIdvjit1ECcWwWShrLxx9XFsPz9ydIm8KzzS3y+w1a+R+EiZHgrjtOnR9RsqX2CWz+GcYRrGa2MOZ1EJhac4fQ08S/b8eqNvrwjFRVHlAu86X35knUFgRyup4GsRJd0PHFy0QwyZkA9u0abUrikBvC1XDnWcFhY8Yb1V1NVQ2+UWlDSiI8jQlDRTwM6/qP6q5uY4XrAKa8EWww9WB2eAnRHb1vmPmC/gd7Pbv/KG1JJ3AP1gbSo0tD/ZMRJRVVhhcLAvK8fs2ObgsdUutDiLIh9yaqvONkYxvt34VoBhz5uEKtNmWaSOLE+nOJWKixpWHUFcyV5LPpgsBnN+7cgJ71OsDZ005EEnjRRC21TYsNl3FBjzbqnWnkikhJF8DqocSb+LIX1kfH2jpQV301rDPCdZf/rhAAeX+jN8qY+WjcsRdquIenjAjp6zLN+0Ym9BCboXfDidghRg5DyD6aWzclCjeWnVU5ZpKc+Bvk7ylBcLucFklaKhCZXg9Eqv7pmQ2USmO+ZFz7s+Sa2j1DZcOTm5/ibnmR2xT4NzSfAqMWXV0MxRnkWq3aDgCdUfKBAPWxETjv0DLqXJEObIH+f4U1t5YJBVDGjudDBf1KRBDWKgnB1cGlg9zNu+wzJXM8KbRg=="
	vectorSignature = "fc8f63b99cd6cff9da70dc3d5b5b56e1c816999644b4b80e47d981c73734810c"
	// vectorSHA1 is the old-style signature of the same body, by the Verification Token.
	vectorSHA1  = "0bfb3190931ab30f447399137ebef1c36a8f679b"
	vectorPlain = `{"schema":"2.0","header":{"event_id":"ev1","token":"vtok","create_time":"1603977298000000","event_type":"card.action.trigger","tenant_key":"tk","app_id":"cli_x"},"event":{"operator":{"tenant_key":"tk","user_id":"u1","open_id":"ou_op","union_id":"on_1"},"token":"c-abc","action":{"value":{"action":"approve","n":12345678901234567},"tag":"button","form_value":{"reason":"bad"},"name":"reject_submit"},"host":"im_message","context":{"open_message_id":"om_1","open_chat_id":"oc_1"}}}`

	// aPress is the event of the endpoint's own cases, on a button of ours.
	aPress = `{"schema":"2.0","header":{"event_id":"ev1","token":"vtok","create_time":"1603977298000000","event_type":"card.action.trigger","tenant_key":"tk","app_id":"cli_x"},"event":{"operator":{"tenant_key":"tk","user_id":"u1","open_id":"ou_op","union_id":"on_1"},"token":"c-abc","action":{"value":{"act":"approve"},"tag":"button"},"host":"im_message","context":{"open_message_id":"om_1","open_chat_id":"oc_1"}}}`
)

func vectorBody() []byte { return []byte(`{"encrypt":"` + vectorSealed + `"}`) }

func TestThePublishedExampleIsUnsealed(t *testing.T) {
	got, err := unseal("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
	if err != nil || string(got) != "hello world" {
		t.Errorf("got %q, %v; want hello world", got, err)
	}
}

func TestTheVectorOfACardCallbackIsUnsealed(t *testing.T) {
	got, err := unseal(vectorKey, vectorSealed)
	if err != nil || string(got) != vectorPlain {
		t.Errorf("got %s, %v; want\n%s", got, err, vectorPlain)
	}
}

func TestTheVectorOfACardCallbackIsSignedSo(t *testing.T) {
	if got := signatureOf(vectorTimestamp, vectorNonce, vectorKey, vectorBody()); got != vectorSignature {
		t.Errorf("got %s, want %s", got, vectorSignature)
	}
}

// sealedBy encrypts text as it is; the SDK would make JSON of it.
func sealedBy(key, text string) string {
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err)
	}
	n := aes.BlockSize - len(text)%aes.BlockSize
	data := append(make([]byte, aes.BlockSize), text...)
	data = append(data, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, data[:aes.BlockSize]).CryptBlocks(data[aes.BlockSize:], data[aes.BlockSize:])
	return `{"encrypt":"` + base64.StdEncoding.EncodeToString(data) + `"}`
}
