package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"ticketbell/access"
	"ticketbell/ticket"
)

// How the address of the ticket platform is tried.
const (
	reachTime      = 5 * time.Second
	reachesPerHour = 60
)

type reachFields struct {
	URLPrefix *string `json:"url_prefix,omitempty" maxLength:"2048" doc:"What to try; absent: what is saved."`
}

type reachInput struct{ Body form[reachFields] }

type reachOutput struct{ Body reached }

// reached is what came of trying an address. It holds nothing of what was answered there:
// whoever may ask must not read an internal page through us.
type reached struct {
	URL        string `json:"url" doc:"What was asked for." example:"https://sqle.example.com/healthz"`
	Reachable  bool   `json:"reachable" doc:"Whether anything answered by HTTP, whatever it said."`
	Status     int    `json:"status,omitempty" doc:"The HTTP status of the answer."`
	DurationMS int64  `json:"duration_ms" doc:"How long it took."`
	Reason     string `json:"reason,omitempty" enum:"dns,refused,timeout,tls,forbidden,failed" doc:"Why nothing answered; forbidden is an address that is never asked."`
}

func (a *api) registerReach() {
	a.reaches = newBudget(reachesPerHour)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/settings:reach", id: "reach-url-prefix", scope: access.ConfigWrite, tag: tagSettings,
		title: "Try whether the ticket platform answers",
		text: "Asks {url_prefix}/healthz from this server, by GET, for at most five seconds, without following redirects. The answer tells the status and nothing of the page. " +
			"Addresses that only this machine's surroundings know (169.254.0.0/16, fe80::/10) are never asked. 60 times an hour per caller.",
		unchecked: true, fails: []int{400, 429}, example: map[string]any{"url_prefix": "https://sqle.example.com"},
	}, a.reachPrefix)
}

func (a *api) reachPrefix(ctx context.Context, in *reachInput) (*reachOutput, error) {
	body, wrong := in.Body.read(a)
	if err := together(wrong, nil); err != nil {
		return nil, err
	}
	prefix := body.URLPrefix
	if prefix == nil {
		s, err := a.Settings.Settings(ctx)
		if err != nil {
			return nil, err
		}
		prefix = &s.URLPrefix
	}
	if !plainLink(*prefix) {
		return nil, &ticket.Invalid{Fields: []ticket.FieldError{wrongPrefix()}}
	}
	if err := a.reaches.spend(by(ctx), a.Now()); err != nil {
		return nil, err
	}
	return &reachOutput{reach(ctx, strings.TrimRight(*prefix, "/")+"/healthz")}, nil
}

// reach asks for one page.
func reach(ctx context.Context, url string) reached {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	began := time.Now()
	r := reached{URL: url}
	status, err := statusOf(ctx, url)
	r.DurationMS = time.Since(began).Milliseconds()
	if err != nil {
		r.Reason = unreachedBy(err)
		return r
	}
	r.Reachable, r.Status = true, status
	return r
}

// statusOf asks for a page and returns the status of the answer alone.
func statusOf(ctx context.Context, url string) (int, error) {
	dialer := net.Dialer{Control: allowed}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, Proxy: nil}
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("User-Agent", "ticketbell")
	answer, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

var errForbidden = errors.New("this address is never asked")

// allowed looks at the address a name stands for, right before it is called: link-local
// addresses are where clouds keep the credentials of their machines.
func allowed(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return errForbidden
	}
	return nil
}

// unreachedBy puts into a word why nothing answered.
func unreachedBy(err error) string {
	_, dns := errors.AsType[*net.DNSError](err)
	_, cert := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	switch {
	case errors.Is(err, errForbidden):
		return "forbidden"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case dns:
		return "dns"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case cert, record, authority:
		return "tls"
	default:
		return "failed"
	}
}
