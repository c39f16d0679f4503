package wecom

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ticketbell/sandbox"
)

const (
	// patience is how long a callback may take, tries how often it is handed in
	// (wecom.md 8.5).
	patience = 5 * time.Second
	tries    = 3
	// verifyWithin is how long the answer to a verification may take (wecom.md 8.3).
	verifyWithin = time.Second
)

// errNoDoor says that the app has no callback.
var errNoDoor = errors.New("the simulated app has no callback")

// SetDoor says where callbacks go: the whole URL, with /callbacks/wecom.
func (s *Simulator) SetDoor(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = url
}

// hasCallback reports whether the app was given the keys of a callback.
func (c Config) hasCallback() bool { return c.CallbackToken != "" && c.CallbackAESKey != "" }

// cdata is an element whose content stands in a CDATA section, as WeCom writes it.
type cdata struct {
	Text string `xml:",cdata"`
}

// sealedBody is the body of a callback (wecom.md 8.4).
type sealedBody struct {
	XMLName    xml.Name `xml:"xml"`
	ToUserName cdata    `xml:"ToUserName"`
	AgentID    cdata    `xml:"AgentID"`
	Encrypt    cdata    `xml:"Encrypt"`
}

// Verify asks the door to prove that it holds the keys, as the console does when the
// URL is saved (wecom.md 8.3).
func (s *Simulator) Verify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, verifyWithin)
	defer cancel()
	echo := rand.Text()
	target, sealed, err := s.address([]byte(echo))
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target+"&echostr="+url.QueryEscape(sealed), nil)
	if err != nil {
		return err
	}
	status, body, err := exchange(req)
	if err != nil {
		return err
	}
	if status != http.StatusOK || string(body) != echo {
		return fmt.Errorf("the door answered %d and not the echostr", status)
	}
	return nil
}

// address seals a message and returns where it is to be handed in.
func (s *Simulator) address(message []byte) (target, sealed string, err error) {
	s.mu.Lock()
	door := s.door
	s.mu.Unlock()
	if door == "" || !s.cfg.hasCallback() {
		return "", "", errNoDoor
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	if sealed, err = Seal(s.cfg.CallbackAESKey, s.cfg.CorpID, random, message); err != nil {
		return "", "", err
	}
	timestamp, nonce := strconv.FormatInt(s.cfg.Now().Unix(), 10), rand.Text()[:10]
	q := url.Values{
		"msg_signature": {Sign(s.cfg.CallbackToken, timestamp, nonce, sealed)},
		"timestamp":     {timestamp}, "nonce": {nonce},
	}
	return door + "?" + q.Encode(), sealed, nil
}

// handIn carries what happened to the door, signed and encrypted. Whether a status
// other than 200 is tried again is told both ways (wecom.md 8.5): here a refusal is
// final, and what the door could not do is handed in again.
func (s *Simulator) handIn(ctx context.Context, h happening) (sandbox.Carried, error) {
	inner, err := xml.Marshal(h)
	if err != nil {
		return sandbox.Carried{}, err
	}
	target, sealed, err := s.address(inner)
	if err != nil {
		return sandbox.Carried{}, err
	}
	body, err := xml.Marshal(sealedBody{ToUserName: cdata{s.cfg.CorpID}, AgentID: cdata{strconv.Itoa(s.cfg.AgentID)}, Encrypt: cdata{sealed}})
	if err != nil {
		return sandbox.Carried{}, err
	}
	began := time.Now()
	_, thrice := s.cfg.Faults.Take(Channel, "callback_thrice")
	var done sandbox.Carried
	for n := range tries {
		done, err = post(ctx, target, body)
		if lost := err != nil || done.Status >= http.StatusInternalServerError; !lost && (!thrice || n == tries-1) {
			break
		}
	}
	done.TookMS = time.Since(began).Milliseconds()
	return done, err
}

func post(ctx context.Context, target string, body []byte) (sandbox.Carried, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return sandbox.Carried{}, err
	}
	req.Header.Set("Content-Type", "text/xml")
	status, answer, err := exchange(req)
	c := sandbox.Carried{Status: status, Answer: json.RawMessage("null")}
	if json.Valid(answer) {
		c.Answer = answer
	}
	return c, err
}

func exchange(req *http.Request) (status int, body []byte, err error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("hand in a callback: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, body, err
}

// happening is what a callback tells, decrypted (wecom.md 8.4).
type happening struct {
	XMLName      xml.Name  `xml:"xml"`
	ToUserName   cdata     `xml:"ToUserName"`
	FromUserName cdata     `xml:"FromUserName"`
	CreateTime   int64     `xml:"CreateTime"`
	MsgType      cdata     `xml:"MsgType"`
	Content      *cdata    `xml:"Content"`
	MsgID        string    `xml:"MsgId,omitempty"`
	AgentID      int       `xml:"AgentID"`
	Event        *cdata    `xml:"Event"`
	EventKey     *cdata    `xml:"EventKey"`
	TaskID       *cdata    `xml:"TaskId"`
	CardType     *cdata    `xml:"CardType"`
	ResponseCode *cdata    `xml:"ResponseCode"`
	Selected     *selected `xml:"SelectedItems"`
}

type selected struct {
	Items []selectedItem `xml:"SelectedItem"`
}

type selectedItem struct {
	Question cdata   `xml:"QuestionKey"`
	Options  []cdata `xml:"OptionIds>OptionId"`
}

func (s *Simulator) happening(from, msgType string) happening {
	return happening{
		ToUserName: cdata{s.cfg.CorpID}, FromUserName: cdata{from}, CreateTime: s.cfg.Now().Unix(),
		MsgType: cdata{msgType}, AgentID: s.cfg.AgentID,
	}
}

// Say carries what a member types, or chooses from the menu, to our own door.
func (s *Simulator) Say(ctx context.Context, said sandbox.Saying) (sandbox.Carried, error) {
	who, ok := s.cfg.Directory.Find(said.Person)
	if !ok {
		return sandbox.Carried{}, fmt.Errorf("nobody is called %s: %w", said.Person, sandbox.ErrNotPressable)
	}
	if said.Menu != "" {
		h := s.happening(who.UserID, "event")
		h.Event, h.EventKey = &cdata{"click"}, &cdata{said.Menu}
		return s.handIn(ctx, h)
	}
	h := s.happening(who.UserID, "text")
	h.Content, h.MsgID = &cdata{said.Text}, strings.ToLower(rand.Text())
	return s.handIn(ctx, h)
}
