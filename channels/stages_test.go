package channels

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

// TestTheEncryptionIsTold connects to a server with TLS and reads how long its
// certificate lasts.
func TestTheEncryptionIsTold(t *testing.T) {
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	left := time.Until(srv.Certificate().NotAfter).Hours() / 24
	for lang, want := range map[cards.Language]string{
		cards.Chinese: "，证书剩余 ", cards.English: ", certificate for ",
	} {
		s := newStages(time.Now, nil, lang)
		req, err := http.NewRequestWithContext(s.network(t.Context(), "authenticate"), http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		srv.Client().CloseIdleConnections()
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		list := s.all()
		if len(list) != 2 || list[1].Name != "tls" || !strings.HasPrefix(list[1].Detail, "TLS 1.3"+want) {
			t.Errorf("got %+v, want connect and TLS 1.3%s…", list, want)
		}
		if got := daysLeft(srv.Certificate(), time.Now()); float64(got) > left || float64(got) < left-1 {
			t.Errorf("got %d days left, want %.1f rounded down", got, left)
		}
	}
}

func TestAFailureIsPutDownToTheOpenStage(t *testing.T) {
	s := newStages(time.Now, nil, cards.Chinese)
	s.Begin("dns")
	if got := s.fail("authenticate", "no such host"); got != "dns" {
		t.Errorf("got %s, want dns", got)
	}
	s.Begin("connect") // a straggler of the network
	want := []notify.TestStage{{Name: "dns", Detail: "no such host"}}
	if list := s.all(); len(list) != 1 || list[0].Name != want[0].Name || list[0].OK || list[0].Detail != want[0].Detail {
		t.Errorf("got %+v, want %+v", list, want)
	}
}
