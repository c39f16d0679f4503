package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// vault holds every secret that was used, by what it is for.
type vault struct{ secrets map[string]string }

func (v *vault) keep(name, secret string) string {
	if v.secrets == nil {
		v.secrets = map[string]string{}
	}
	v.secrets[name] = secret
	return secret
}

// search looks for every secret in a text, in the forms it may take on a wire.
func (v *vault) search(t *testing.T, where, text string) {
	t.Helper()
	for name, secret := range v.secrets {
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{
			secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			if strings.Contains(text, form) {
				t.Errorf("%s holds the %s", where, name)
				break
			}
		}
	}
}

// searchCredentials looks for credentials a provider gave us, and for the parts of
// an address that carry them.
func searchCredentials(t *testing.T, where, text string) {
	t.Helper()
	given := regexp.MustCompile(`(access_token|corpsecret|app_secret)=[^&\s"]+|tok-[A-Z2-7]{26}|\bt-[A-Za-z0-9]{16,}|Bearer [A-Za-z0-9_-]{16,}`)
	if found := given.FindString(text); found != "" {
		t.Errorf("%s holds the credential %s…", where, found[:min(len(found), 18)])
	}
}

// searchFiles looks through everything the bot left on disk.
func (v *vault) searchFiles(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 2 {
		t.Errorf("data directory: got %v, want the key and the database", entries)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		v.search(t, e.Name(), string(data))
		searchCredentials(t, e.Name(), string(data))
	}
}
