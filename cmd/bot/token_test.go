package main

import (
	"strings"
	"testing"
	"time"

	"ticketbell/access"
)

func TestATokenIsListedRotatedAndRevokedByCommand(t *testing.T) {
	dir := "--data-dir=" + t.TempDir()
	made := strings.TrimSpace(bot(t, nil, "token", "create", dir, "--name", "ci", "--scopes", "events:write,me",
		"--cidr", "10.1.0.0/16,203.0.113.7", "--expires", "90d").want(t, 0).out)
	end := time.Now().AddDate(0, 0, 90).Local().Format("2006-01-02 15:04")
	list := bot(t, nil, "token", "list", dir).want(t, 0).out
	wantContain(t, list, "ci", made[:9], "events:write,me", "10.1.0.0/16,203.0.113.7/32", "never", end[:10])
	if strings.Contains(list, made) || strings.Contains(list, access.HashToken(made)) {
		t.Errorf("got %s, which shows the secret or its hash", list)
	}
	next := strings.TrimSpace(bot(t, nil, "token", "rotate", dir, "ci", "--keep-hours", "0").want(t, 0).out)
	if !strings.HasPrefix(next, access.TokenPrefix) || next == made {
		t.Errorf("got %q, want another secret alone", next)
	}
	wantContain(t, bot(t, nil, "token", "list", dir).want(t, 0).out, "(expired)")
	wantContain(t, bot(t, nil, "token", "revoke", dir, "ci").want(t, exitFailed).err, `2 tokens are called "ci"`)
	id := strings.Fields(strings.Split(list, "\n")[1])[0]
	wantContain(t, bot(t, nil, "token", "revoke", dir, id).want(t, 0).out, "revoked ci ("+id+")")
	wantContain(t, bot(t, nil, "token", "revoke", dir, "ci").want(t, 0).out, "revoked ci (")
	wantContain(t, bot(t, nil, "token", "revoke", dir, "ci").want(t, exitFailed).err, `no token has the id or name "ci"`)
}

func TestAllThatIsWrongWithATokenIsNamed(t *testing.T) {
	got := bot(t, nil, "token", "create", "--data-dir", t.TempDir(), "--name", "ci", "--scopes", "eat", "--cidr", "office,10.1.2.3/16", "--expires", "soon").want(t, exitUsage)
	wantContain(t, got.err, `scopes: "eat"`, `cidr: "office" is no network`, `the network is 10.1.0.0/16`, `expires: "soon"`)
	wantContain(t, bot(t, nil, "token", "create", "--data-dir", t.TempDir(), "--name", "ci", "--scopes", "me", "--expires", "2020-01-01").want(t, exitUsage).err, "2020-01-01 is over")
	wantContain(t, bot(t, nil, "token", "rotate", "--data-dir", t.TempDir(), "ci", "--keep-hours", "169").want(t, exitUsage).err, "keep-hours: must be from 0 to 168")
	wantContain(t, bot(t, nil, "serve", "--data-dir", t.TempDir(), "--trusted-proxies", "nginx").want(t, exitUsage).err, `trusted-proxies: "nginx" is no network`)
}
