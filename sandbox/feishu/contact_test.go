package feishu_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestPeopleAreFoundByAddressAndNumber(t *testing.T) {
	r := newRig(t)
	a := r.do("POST", findPath+"?user_id_type=open_id", fields{
		"emails":  []string{"LiSi@corp.example", "nobody@corp.example"},
		"mobiles": []string{"13800000001", "+8613800000001", "13900000000"},
	})
	r.wantCode(a, 200, 0)
	got := []string{}
	for _, u := range a.Data.UserList {
		got = append(got, strings.Join([]string{u.Email, u.Mobile, u.UserID}, " "))
	}
	want := []string{
		"LiSi@corp.example  " + r.lisi.OpenID, "nobody@corp.example  ",
		" 13800000001 " + r.lisi.OpenID, " +8613800000001 ", " 13900000000 ",
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSomebodyUnknownHasNoUserIDAtAll(t *testing.T) {
	r := newRig(t)
	a := r.do("POST", findPath, fields{"emails": []string{"nobody@corp.example"}})
	if want := `{"user_list":[{"email":"nobody@corp.example"}]}`; !strings.Contains(a.text, want) {
		t.Errorf("got %s, want it to hold %s", a.text, want)
	}
}

func TestTheIDIsOfTheKindAskedFor(t *testing.T) {
	r := newRig(t)
	for kind, prefix := range map[string]string{"": "ou_", "open_id": "ou_", "union_id": "on_", "user_id": "fs_"} {
		a := r.do("POST", findPath+"?user_id_type="+kind, fields{"emails": []string{r.lisi.Email}})
		r.wantCode(a, 200, 0)
		id := a.Data.UserList[0].UserID
		if !strings.HasPrefix(id, prefix) {
			t.Errorf("%q: got %s, want an id beginning with %s", kind, id, prefix)
		}
		if kind == "" {
			continue
		}
		letter := r.letter("to " + kind)
		letter["receive_id"] = id
		r.wantCode(r.do("POST", sendPath+"?receive_id_type="+kind, letter), 200, 0)
	}
	if got := len(r.shown()); got != 3 {
		t.Errorf("got %d messages, want one by each kind of id", got)
	}
	r.wantCode(r.do("POST", findPath+"?user_id_type=email", fields{}), 400, 99992402)
}

func TestALookUpTakesFiftyOfEach(t *testing.T) {
	r := newRig(t)
	many := func(n int) []string { return make([]string, n) }
	r.wantCode(r.do("POST", findPath, fields{"emails": many(50), "mobiles": many(50)}), 200, 0)
	for _, list := range []string{"emails", "mobiles"} {
		a := r.do("POST", findPath, fields{list: many(51)})
		r.wantCode(a, 400, 99992402)
		if len(a.Error.FieldViolations) != 1 || a.Error.FieldViolations[0].Field != list {
			t.Errorf("got %s, want a violation of %s", a.text, list)
		}
	}
	r.wantCode(r.do("POST", findPath, "["), 400, 99992402)
}

func TestAFaultHidesEverybodyFromALookUp(t *testing.T) {
	r := newRig(t)
	ask := fields{"emails": []string{r.lisi.Email}}
	r.fail("unknown_person")
	if a := r.do("POST", findPath, ask); a.Code != 0 || a.Data.UserList[0].UserID != "" {
		t.Errorf("got %s, want success without a user_id", a.text)
	}
	if a := r.do("POST", findPath, ask); a.Data.UserList[0].UserID != r.lisi.OpenID {
		t.Errorf("got %s, want %s once the fault is over", a.text, r.lisi.OpenID)
	}
}
