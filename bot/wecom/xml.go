package wecom

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

var errMarkup = errors.New("a document type or an instruction has no place in a callback")

// bareXML reads one XML document that declares nothing: without a document type there
// is no entity to expand (wecom.md 8.4 shows all that WeCom sends).
func bareXML(data []byte, into any) error {
	dec := xml.NewTokenDecoder(undeclared{xml.NewDecoder(bytes.NewReader(data))})
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("read XML: %w", err)
	}
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		space, ok := t.(xml.CharData)
		if err != nil || !ok || len(bytes.TrimSpace(space)) > 0 {
			return errors.New("read XML: something follows the document")
		}
	}
}

// undeclared lets nothing through that declares.
type undeclared struct{ *xml.Decoder }

// Token implements [xml.TokenReader].
func (u undeclared) Token() (xml.Token, error) {
	t, err := u.Decoder.Token()
	switch t := t.(type) {
	case xml.Directive:
		return nil, errMarkup
	case xml.ProcInst:
		if t.Target != "xml" {
			return nil, errMarkup
		}
	}
	return t, err
}

// sealedXML is the body of a callback: everything else in it is unsigned.
type sealedXML struct {
	XMLName xml.Name `xml:"xml"`
	Encrypt string   `xml:"Encrypt"`
}

// happening is what a callback tells, once opened (wecom.md 8.4).
type happening struct {
	XMLName      xml.Name `xml:"xml"`
	From         string   `xml:"FromUserName"`
	CreateTime   string   `xml:"CreateTime"`
	MsgType      string   `xml:"MsgType"`
	AgentID      string   `xml:"AgentID"`
	Content      string   `xml:"Content"`
	MsgID        string   `xml:"MsgId"`
	Event        string   `xml:"Event"`
	EventKey     string   `xml:"EventKey"`
	TaskID       string   `xml:"TaskId"`
	ResponseCode string   `xml:"ResponseCode"`
	Selected     []chosen `xml:"SelectedItems>SelectedItem"`
}

// chosen are the options chosen of one question of a card.
type chosen struct {
	Question string   `xml:"QuestionKey"`
	Options  []string `xml:"OptionIds>OptionId"`
}

// option is the first option chosen of the question, "" when there is none.
func (h happening) option(question string) string {
	for _, c := range h.Selected {
		if c.Question == question && len(c.Options) > 0 {
			return c.Options[0]
		}
	}
	return ""
}

// kind is the type of message, or of event: "text", "click". Older texts of WeCom's
// write some in capitals.
func (h happening) kind() string {
	if h.MsgType == "event" {
		return strings.ToLower(h.Event)
	}
	return "message." + h.MsgType
}

// id is the same when WeCom hands in the same happening again (wecom.md 8.5).
func (h happening) id() string {
	switch {
	case h.MsgID != "":
		return "msg:" + h.MsgID
	case h.ResponseCode != "":
		return "code:" + h.ResponseCode
	}
	return strings.Join([]string{h.kind(), h.From, h.CreateTime, h.TaskID, h.EventKey}, ":")
}

// at is when it happened, now when it does not say.
func (h happening) at(now time.Time) time.Time {
	seconds, err := strconv.ParseInt(h.CreateTime, 10, 64)
	if err != nil || seconds <= 0 {
		return now
	}
	return time.Unix(seconds, 0).UTC()
}
