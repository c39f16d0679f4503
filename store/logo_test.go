package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

func TestThereIsOneLogoOrNone(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if _, err := s.Logo(t.Context()); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound before there is any", err)
		}
		first := notify.Logo{Hash: "aa", Type: "image/png", Width: 4, Height: 5, Bytes: 3, Content: []byte{0, 0xff, 1}}
		second := notify.Logo{Hash: "bb", Type: "image/jpeg", Width: 6, Height: 7, Bytes: 2, Content: []byte{9, 0}}
		for _, want := range []notify.Logo{first, second} {
			if err := s.PutLogo(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			whole, err := s.LogoContent(t.Context())
			if diff := cmp.Diff(want, whole); diff != "" || err != nil {
				t.Errorf("%v, logo (-want +got):\n%s", err, diff)
			}
			want.Content = nil
			described, err := s.Logo(t.Context())
			if diff := cmp.Diff(want, described); diff != "" || err != nil {
				t.Errorf("%v, without its content (-want +got):\n%s", err, diff)
			}
		}
		if err := s.DeleteLogo(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"read": errOf(s.LogoContent(t.Context())), "removed again": s.DeleteLogo(t.Context())} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: got %v, want ErrNotFound", name, err)
			}
		}
	})
}

func errOf[T any](_ T, err error) error { return err }
