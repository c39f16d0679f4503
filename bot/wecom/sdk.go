package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ArtisanCloud/PowerLibs/v3/http/contract"
	"github.com/ArtisanCloud/PowerLibs/v3/http/helper"
	"github.com/ArtisanCloud/PowerLibs/v3/logger/drivers"
	"github.com/ArtisanCloud/PowerLibs/v3/object"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/kernel"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/work"
)

// sdk is PowerWeChat, configured so that it touches no file and logs nothing, and
// with its own token handling left out: that refreshes on 40001, which must never
// be tried again, and loses the body (wecom.md 2.3, 2.4).
type sdk struct {
	app  *work.Work
	http *helper.RequestHelper
}

func newSDK(cfg Config, transport http.RoundTripper) (*sdk, error) {
	app, err := work.NewWork(&work.UserConfig{
		CorpID: cfg.CorpID, AgentID: cfg.AgentID, Secret: cfg.CorpSecret,
		OAuth: work.OAuth{Callback: "https://unused.invalid/"}, // NewWork fails without one
		Log:   work.Log{Driver: &drivers.DummyLogger{}},        // else it writes ./wechat/
		Cache: noCache{},                                       // else it writes ~/.ArtisanCloud/cache
		Http:  work.Http{BaseURI: cfg.APIBaseURL, Transport: transport},
	})
	if err != nil {
		return nil, fmt.Errorf("set up PowerWeChat: %w", err)
	}
	client, err := helper.NewRequestHelper(&helper.Config{
		BaseUrl: cfg.APIBaseURL, ClientConfig: &contract.ClientConfig{Transport: transport},
	})
	if err != nil {
		return nil, fmt.Errorf("set up PowerWeChat: %w", err)
	}
	return &sdk{app: app, http: client}, nil
}

// post makes one call and reads the answer into out. Every call has a client of
// its own, for a client writes to itself during a request (wecom.md 2.4, finding 11).
func (s *sdk) post(ctx context.Context, path, token string, body json.RawMessage, out any) error {
	client := &kernel.BaseClient{HttpHelper: s.http, App: s.app}
	_, err := client.HttpPostJson(ctx, "cgi-bin/"+path, body, &object.StringMap{"access_token": token}, nil, out)
	return strip(err)
}

// noCache remembers nothing: the tokens are ours, see tokens.
type noCache struct{}

var errNoCache = errors.New("nothing is cached here")

func (noCache) Get(string, any) (any, error)          { return nil, errNoCache }
func (noCache) Set(string, any, time.Duration) error  { return nil }
func (noCache) Has(string) bool                       { return false }
func (noCache) AddNX(string, any, time.Duration) bool { return false }
func (noCache) Add(string, any, time.Duration) error  { return nil }
func (noCache) Remember(_ string, _ time.Duration, produce func() (any, error)) (any, error) {
	return produce()
}
