package signin

import "testing"

func TestWhereThereIsNoPasswordNoneIsRight(t *testing.T) {
	h := newHasher()
	for _, password := range []string{"", "correct horse battery staple"} {
		if right, err := h.right(t.Context(), password, ""); right || err != nil {
			t.Errorf("got %v, %v for %q, want it to be compared and wrong", right, err, password)
		}
	}
}

func TestAPasswordIsRightForItsHashAlone(t *testing.T) {
	h := newHasher()
	hash, err := h.hash(t.Context(), "correct horse battery staple")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"correct horse battery staple": true, "correct horse battery stapler": false} {
		if right, err := h.right(t.Context(), password, hash); right != want || err != nil {
			t.Errorf("got %v, %v for %q, want %v", right, err, password, want)
		}
	}
}
