package wecom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// The codes of wecom.md 3, 4.3, 4.4 and 6 that the simulator answers.
const (
	codeBusy           = -1
	codeBadSecret      = 40001
	codeBadUserID      = 40003
	codeBadMsgType     = 40008
	codeBadCorp        = 40013
	codeBadToken       = 40014
	codeTooManyUsers   = 40032
	codeBadJSON        = 40035
	codeBadAgent       = 40056
	codeBadParameter   = 40058
	codeNoToken        = 41001
	codeNoCorp         = 41002
	codeNoSecret       = 41004
	codeNoAgent        = 41011
	codeExpiredToken   = 42001
	codeWrongCode      = 42015
	codeUnknownTask    = 42016
	codeNoURL          = 42028
	codeBadCardType    = 42031
	codeBadButtonKey   = 42039
	codeNoCardAction   = 42045
	codeRecallTooLate  = 42052
	codeEmptyText      = 44004
	codeTooLong        = 45002
	codeRateLimited    = 45009
	codeNotFound       = 46004
	codeNotPermitted   = 48002
	codeAppDisabled    = 50003
	codeUntrustedIP    = 60020
	codeNoRight        = 60011
	codeNoSuchMember   = 60111
	codeAllInvalid     = 81013
	codeNoReceivers    = 82001
	codeTooManyParties = 82002
	codeTooManyTags    = 82003
	codeAgentMismatch  = 301002

	// codeBadCard stands for every card field whose own code the contract does
	// not give: it says only that 42014-42020 and 42027-42051 name the field.
	codeBadCard = 42030
)

// EgressIP is the address the simulated WeCom sees its callers come from.
const EgressIP = "203.0.113.7"

// reply is what every answer holds.
type reply struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

func ok() reply { return reply{ErrMsg: "ok"} }

// refuse is an answer that says no, worded as the captures of wecom.md are.
func refuse(code int, msg string) *reply {
	return &reply{ErrCode: code, ErrMsg: fmt.Sprintf(
		"%s, hint: [1763856000_9f0c1a], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
		msg, EgressIP, code)}
}

// rule is one thing a request must not do.
type rule struct {
	broken bool
	code   int
	says   string
}

// firstBroken returns the refusal of the first broken rule, nil when all are kept.
func firstBroken(rules []rule) *reply {
	for _, r := range rules {
		if r.broken {
			return refuse(r.code, r.says)
		}
	}
	return nil
}

// decode reads exactly one JSON object and knows every field of it.
func decode(body []byte, into any) *reply {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return refuse(codeBadJSON, "invalid params: "+err.Error())
	}
	if _, err := dec.Token(); err != io.EOF {
		return refuse(codeBadJSON, "invalid params: something follows the object")
	}
	return nil
}
