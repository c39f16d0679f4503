package feishu

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ticketbell/notify"
)

// asked is the body of a look-up.
type asked struct {
	Emails          []string `json:"emails"`
	Mobiles         []string `json:"mobiles"`
	IncludeResigned *bool    `json:"include_resigned"`
}

// directory answers look-ups from ids, backwards and in capital letters, since neither the
// order nor the letter case of Feishu's answer can be relied on.
func directory(t *testing.T, ids map[string]string) func(int, heard) said {
	t.Helper()
	return func(_ int, h heard) said {
		var q asked
		if err := json.Unmarshal(h.body, &q); err != nil {
			t.Errorf("decode a look-up: %v", err)
		}
		if len(q.Emails) > 50 || len(q.Mobiles) > 50 {
			return said{status: 400, body: `{"code":99992402,"msg":"field validation failed"}`}
		}
		list := []map[string]string{}
		for _, e := range q.Emails {
			list = append(list, entry("email", strings.ToUpper(e), ids[strings.ToLower(e)]))
		}
		for _, m := range q.Mobiles {
			list = append(list, entry("mobile", m, ids[m]))
		}
		slices.Reverse(list)
		out, _ := json.Marshal(map[string]any{"code": 0, "msg": "success", "data": map[string]any{"user_list": list}})
		return said{body: string(out)}
	}
}

func entry(kind, address, id string) map[string]string {
	if id == "" {
		return map[string]string{kind: address}
	}
	return map[string]string{kind: address, "user_id": id}
}

func TestPeopleAreFoundByAddressNotByPosition(t *testing.T) {
	s := newStand(t, directory(t, map[string]string{
		"lisi@corp.com": "ou_li", "wang@corp.com": "ou_wang", "13800001234": "ou_zhao", "+12125550123": "ou_smith",
	}))
	byEmail, byPhone, err := s.bot(t).Lookup(t.Context(),
		[]string{"nobody@corp.com", "LiSi@corp.com", "wang@corp.com"}, []string{"+8613800001234", "+8613900000000", "+12125550123"})
	if err != nil {
		t.Fatal(err)
	}
	checkIDs(t, "e-mail", byEmail, map[string]string{"LiSi@corp.com": "ou_li", "wang@corp.com": "ou_wang"})
	checkIDs(t, "phone", byPhone, map[string]string{"+8613800001234": "ou_zhao", "+12125550123": "ou_smith"})
	_, requests := s.calls()
	var q asked
	if err := json.Unmarshal(requests[0].body, &q); err != nil {
		t.Fatal(err)
	}
	if want := []string{"13800001234", "13900000000", "+12125550123"}; !slices.Equal(q.Mobiles, want) {
		t.Errorf("got mobiles %v on the wire, want %v", q.Mobiles, want)
	}
	if h := requests[0]; h.path != "/open-apis/contact/v3/users/batch_get_id" || h.query != "user_id_type=open_id" || q.IncludeResigned == nil || *q.IncludeResigned {
		t.Errorf("got %s?%s %s, want a look-up of open_ids without people who left", h.path, h.query, h.body)
	}
}

func checkIDs(t *testing.T, by string, got, want map[string]string) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("got by %s %v, want %v", by, got, want)
	}
}

func TestManyPeopleAreLookedUpInParts(t *testing.T) {
	ids := map[string]string{}
	var emails, phones []string
	for i := range 120 {
		emails = append(emails, fmt.Sprintf("p%d@corp.com", i))
		ids[emails[i]] = fmt.Sprintf("ou_e%d", i)
	}
	for i := range 51 {
		phones = append(phones, fmt.Sprintf("+861380000%04d", i))
		ids[bare(phones[i])] = fmt.Sprintf("ou_p%d", i)
	}
	s := newStand(t, directory(t, ids))
	byEmail, byPhone, err := s.bot(t).Lookup(t.Context(), emails, phones)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range emails {
		if byEmail[e] != fmt.Sprintf("ou_e%d", i) {
			t.Errorf("got %q for %s, want ou_e%d", byEmail[e], e, i)
		}
	}
	for i, p := range phones {
		if byPhone[p] != fmt.Sprintf("ou_p%d", i) {
			t.Errorf("got %q for %s, want ou_p%d", byPhone[p], p, i)
		}
	}
	if _, requests := s.calls(); len(requests) != 3 {
		t.Errorf("got %d calls, want 3", len(requests))
	}
}

func TestNobodyToLookUpIsNoCall(t *testing.T) {
	s := newStand(t, always(said{}))
	if _, _, err := s.bot(t).Lookup(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if tokens, requests := s.calls(); tokens+len(requests) != 0 {
		t.Errorf("got %d calls, want none", tokens+len(requests))
	}
}

func TestAFailedLookUpSaysNothingAboutAnybody(t *testing.T) {
	for body, want := range map[string]notify.Verdict{
		`{"code":0,"msg":"success"}`:          notify.VerdictAgain,
		`{"code":99991672,"msg":"no scope"}`:  notify.VerdictMisconfigured,
		`{"code":99991400,"msg":"slow down"}`: notify.VerdictAfter,
		`{"code":99992402,"msg":"x"}`:         notify.VerdictPermanent,
	} {
		s := newStand(t, always(said{body: body}))
		byEmail, byPhone, err := s.bot(t).Lookup(t.Context(), []string{"lisi@corp.com"}, nil)
		if v, _ := notify.VerdictOf(err); err == nil || v != want {
			t.Errorf("%s: got %v (%v), want %v", body, v, err, want)
		}
		if byEmail != nil || byPhone != nil {
			t.Errorf("%s: got %v and %v, want nothing", body, byEmail, byPhone)
		}
	}
}

func TestAnEmptyEntryIsNobody(t *testing.T) {
	s := newStand(t, always(said{body: `{"code":0,"data":{"user_list":[null,{},{"user_id":"ou_x"},{"email":"a@corp.com","user_id":""}]}}`}))
	byEmail, byPhone, err := s.bot(t).Lookup(t.Context(), []string{"a@corp.com", ""}, []string{"", "+86"})
	if err != nil || len(byEmail) != 0 || len(byPhone) != 0 {
		t.Errorf("got %v, %v, %v, want nobody", byEmail, byPhone, err)
	}
}
