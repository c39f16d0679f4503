package sandbox_test

import (
	"sync"
	"testing"

	"ticketbell/sandbox"
)

func TestAPersonIsFoundByEverythingTheyAreCalled(t *testing.T) {
	d := sandbox.NewDirectory(false)
	lisi := d.Add(sandbox.Person{Username: "lisi", Email: "lisi@corp.example", Phone: "+8613800000001"})
	for _, who := range []string{"lisi", "LISI", "LiSi@corp.example", "13800000001", "+8613800000001", lisi.OpenID, lisi.UserID} {
		if got, ok := d.Find(who); !ok || got != lisi {
			t.Errorf("%s: got %v %t, want lisi", who, got, ok)
		}
	}
	if got, ok := d.Find("wang"); ok {
		t.Errorf("got %v, want nobody", got)
	}
}

func TestAClosedDirectoryHiresNobody(t *testing.T) {
	d := sandbox.NewDirectory(false)
	if got, ok := d.ByEmail("new@corp.example"); ok {
		t.Errorf("got %v, want nobody", got)
	}
	if got, ok := d.ByPhone("13800000002"); ok {
		t.Errorf("got %v, want nobody", got)
	}
	if got := d.People(); len(got) != 0 {
		t.Errorf("got %v, want nobody", got)
	}
}

func TestAnOpenDirectoryHiresWhoIsAskedFor(t *testing.T) {
	d := sandbox.NewDirectory(true)
	first, ok := d.ByEmail("New@corp.example")
	if !ok || first.OpenID == "" || first.UserID == "" {
		t.Fatalf("got %+v %t, want somebody with ids", first, ok)
	}
	if again, _ := d.ByEmail("new@corp.example"); again != first {
		t.Errorf("got %+v, want the same person %+v", again, first)
	}
	phone, ok := d.ByPhone("+8613800000002")
	if again, _ := d.ByPhone("13800000002"); !ok || again != phone {
		t.Errorf("got %+v, want the same person %+v", again, phone)
	}
	if got, ok := d.ByID("ou_unknown"); ok {
		t.Errorf("got %v, want nobody hired by an id", got)
	}
}

func TestNobodyStaysNobody(t *testing.T) {
	d := sandbox.NewDirectory(true)
	for _, email := range []string{"", "no address", "somebody@" + sandbox.NobodyDomain} {
		if got, ok := d.ByEmail(email); ok {
			t.Errorf("%q: got %v, want nobody", email, got)
		}
	}
	if got, ok := d.ByPhone("+86"); ok {
		t.Errorf("got %v, want nobody", got)
	}
}

func TestTwoPeopleNeverShareAnID(t *testing.T) {
	d := sandbox.NewDirectory(true)
	one, _ := d.ByEmail("lisi@one.example")
	two, _ := d.ByEmail("lisi@two.example")
	if one.OpenID == two.OpenID || one.UserID == two.UserID {
		t.Errorf("got %+v and %+v, want different ids", one, two)
	}
}

func TestManyLookUpsHireOnce(t *testing.T) {
	d := sandbox.NewDirectory(true)
	var lookups sync.WaitGroup
	for range 50 {
		lookups.Go(func() { d.ByEmail("new@corp.example") })
	}
	lookups.Wait()
	if got := d.People(); len(got) != 1 {
		t.Errorf("got %d people, want 1", len(got))
	}
}
