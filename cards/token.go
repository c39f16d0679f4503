package cards

import "time"

// TokenEnds is the card that tells the owner of an API token that it stops working soon.
func TokenEnds(name string, ends time.Time, s Setting) Card {
	return Card{
		Tone:    ToneReview,
		Chip:    Text{"令牌即将到期", "Token expires soon"},
		Verb:    Text{"请更换 API 令牌", "Rotate your API token"},
		Subject: name,
		Number:  "#token",
		Rows: []Row{{
			Name: "time", Label: Text{"到期时间", "Expires"}, Value: Same(clockOf(s, ends)),
		}, {
			Name: "note", Label: Text{"说明", "Note"},
			Value: Text{
				"到期后，使用它的程序会收到 401。请在「API 令牌」页更换密钥；旧密钥可以再保留几天。",
				"Programs that use it get 401 after that. Rotate it on the page API tokens; the old secret can be kept for a few days.",
			},
		}},
		Footer: Text{"你是这个令牌的所属用户。", "The token is yours."},
		Brand:  Brand(s.Brand),
	}
}
