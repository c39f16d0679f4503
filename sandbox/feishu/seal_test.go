package feishu

import (
	"crypto/aes"
	"encoding/base64"
	"testing"
)

// The vector of feishu.md 9.3, made with the provider's own SDK.
const (
	vectorSealed = "eblf/n7RuCKG1r3yF0/HRIdvjit1ECcWwWShrLxx9XFsPz9ydIm8KzzS3y+w1a+R+EiZHgrjtOnR9RsqX2CWz+GcYRrGa2MOZ1EJhac4fQ08S/b8eqNvrwjFRVHlAu86X35knUFgRyup4GsRJd0PHFy0QwyZkA9u0abUrikBvC1XDnWcFhY8Yb1V1NVQ2+UWlDSiI8jQlDRTwM6/qP6q5uY4XrAKa8EWww9WB2eAnRHb1vmPmC/gd7Pbv/KG1JJ3AP1gbSo0tD/ZMRJRVVhhcLAvK8fs2ObgsdUutDiLIh9yaqvONkYxvt34VoBhz5uEKtNmWaSOLE+nOJWKixpWHUFcyV5LPpgsBnN+7cgJ71OsDZ005EEnjRRC21TYsNl3FBjzbqnWnkikhJF8DqocSb+LIX1kfH2jpQV301rDPCdZf/rhAAeX+jN8qY+WjcsRdquIenjAjp6zLN+0Ym9BCboXfDidghRg5DyD6aWzclCjeWnVU5ZpKc+Bvk7ylBcLucFklaKhCZXg9Eqv7pmQ2USmO+ZFz7s+Sa2j1DZcOTm5/ibnmR2xT4NzSfAqMWXV0MxRnkWq3aDgCdUfKBAPWxETjv0DLqXJEObIH+f4U1t5YJBVDGjudDBf1KRBDWKgnB1cGlg9zNu+wzJXM8KbRg=="
	vectorPlain  = `{"schema":"2.0","header":{"event_id":"ev1","token":"vtok","create_time":"1603977298000000","event_type":"card.action.trigger","tenant_key":"tk","app_id":"cli_x"},"event":{"operator":{"tenant_key":"tk","user_id":"u1","open_id":"ou_op","union_id":"on_1"},"token":"c-abc","action":{"value":{"action":"approve","n":12345678901234567},"tag":"button","form_value":{"reason":"bad"},"name":"reject_submit"},"host":"im_message","context":{"open_message_id":"om_1","open_chat_id":"oc_1"}}}`
)

func TestTheVectorIsSealedSo(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString(vectorSealed)
	if err != nil {
		t.Fatal(err)
	}
	if got := sealWith(raw[:aes.BlockSize], "ekey", []byte(vectorPlain)); got != vectorSealed {
		t.Errorf("got %s, want %s", got, vectorSealed)
	}
}

func TestTheVectorIsSignedSo(t *testing.T) {
	want := "fc8f63b99cd6cff9da70dc3d5b5b56e1c816999644b4b80e47d981c73734810c"
	if got := Sign("1700000000", "nn", "ekey", []byte(`{"encrypt":"`+vectorSealed+`"}`)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
