package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAPlatformThatKeepsNothingFailsTheCheck(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	key := write(t, "secret", "a secret of at least 24 bytes\n")
	got := bot(t, nil, "platform", "check", "--url", srv.URL, "--secret-file", key, "--lang", "zh").want(t, exitFailed)
	wantContain(t, got.out, "✖ 签名正确的 ping 得到 200（404", "✓ 没有签名的调用被拒绝（4xx）（404")
	wantContain(t, got.err, "2 not met")
}

func TestACheckNeedsAnAddressAndASecret(t *testing.T) {
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"plain http to elsewhere": {[]string{"--url", "http://example.com", "--secret", strings.Repeat("x", 24)}, "https://"},
		"no secret":               {[]string{"--url", "https://example.com"}, "one of the two"},
		"a short secret":          {[]string{"--url", "https://example.com", "--secret", "hush"}, "fewer than 24 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			got := bot(t, nil, append([]string{"platform", "check"}, row.args...)...).want(t, exitUsage)
			wantContain(t, got.err, row.want)
			wantNone(t, got.err, "hush")
		})
	}
}
