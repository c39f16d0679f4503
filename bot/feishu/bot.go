package feishu

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkcontact "github.com/larksuite/oapi-sdk-go/v3/service/contact/v3"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"ticketbell/notify"
)

const (
	// requestTimeout bounds one request; the SDK itself would wait for ever (feishu.md 2.4).
	requestTimeout = 10 * time.Second
	// maxUUID is how many characters Feishu's idempotency key may have (feishu.md 5.1).
	maxUUID = 50
)

// Bot is the app on Feishu that speaks for ticketbell. It is safe for use by many
// goroutines.
type Bot struct {
	core    *larkcore.Config
	im      *larkim.V1
	contact *larkcontact.V3
	tokens  *tokens
	style   Style
	updates bool
	lookups struct{ emails, phones bool }
	http    *http.Client
	secrets []string // never shown in an error
}

var _ notify.Updater = (*Bot)(nil)

type options struct {
	client *http.Client
	now    func() time.Time
}

// Option changes how a [Bot] is made.
type Option func(*options)

// WithHTTPClient makes requests through client, for example through a proxy or with
// another time-out than ten seconds. Redirects are not followed either way.
func WithHTTPClient(client *http.Client) Option { return func(o *options) { o.client = client } }

// WithClock takes the time from now instead of from time.Now.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// New returns a bot for cfg, or what [Config.Validate] finds wrong with it. It makes
// no request: see [Bot.Check].
func New(cfg Config, opts ...Option) (*Bot, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure feishu: %w", err)
	}
	o := options{client: defaultClient(), now: time.Now}
	for _, opt := range opts {
		opt(&o)
	}
	cfg = cfg.Complete()
	b := &Bot{style: cfg.Style, updates: cfg.UpdateCards, http: unfollowing(o.client), secrets: []string{cfg.AppSecret, cfg.EncryptKey, cfg.VerificationToken}}
	b.lookups.emails, b.lookups.phones = cfg.LookupEmail, cfg.LookupMobile
	b.core = coreConfig(cfg, b.http)
	b.im, b.contact = larkim.New(b.core), larkcontact.New(b.core)
	b.tokens = &tokens{fetch: b.fetchToken, now: o.now}
	return b, nil
}

// coreConfig builds the SDK from its light parts. Without the three calls at the
// end it panics on first use (feishu.md 2.3).
func coreConfig(cfg Config, client *http.Client) *larkcore.Config {
	core := &larkcore.Config{
		BaseUrl: cfg.APIBaseURL, AppId: cfg.AppID, AppSecret: cfg.AppSecret, AppType: larkcore.AppTypeSelfBuilt,
		// The SDK's own cache is global, keeps a refused token and fetches without
		// single flight (feishu.md 2.5); see tokens.
		EnableTokenCache: false,
		HttpClient:       &door{client: client}, Logger: silence{}, LogLevel: larkcore.LogLevelError, Source: "ticketbell",
	}
	larkcore.NewLogger(core)
	larkcore.NewSerialization(core)
	larkcore.NewHttpClient(core)
	return core
}

// Batch is 1: every person gets a message of their own, which can be updated alone.
func (b *Bot) Batch() int { return 1 }

// Send sends m in the bot's style to the open_id of each of m.To: a card or a post in both
// languages, a text in m's own. Feishu recognises a repeat by the recipient's key for one
// hour (feishu.md 5.1).
func (b *Bot) Send(ctx context.Context, m notify.Message) []notify.Outcome {
	l := compose(b.style, m)
	outcomes := make([]notify.Outcome, len(m.To))
	for i, to := range m.To {
		outcomes[i] = b.create(ctx, to, l, m.Again)
	}
	return outcomes
}

// create sends l, again when it may have been sent before in other words.
func (b *Bot) create(ctx context.Context, to notify.Recipient, l letter, again bool) notify.Outcome {
	req := larkim.NewCreateMessageReqBuilder().ReceiveIdType("open_id").Body(
		larkim.NewCreateMessageReqBodyBuilder().ReceiveId(to.Address).MsgType(l.kind()).
			Content(l.content).Uuid(uuidOf(to.Key)).Build()).Build()
	var id, kind string
	requestID, err := b.call(ctx, message, func(ctx context.Context, auth larkcore.RequestOptionFunc) (reply, error) {
		resp, err := b.im.Message.Create(ctx, req, auth)
		if err != nil {
			return reply{}, err
		}
		if resp.Data != nil {
			id, kind = larkcore.StringValue(resp.Data.MessageId), larkcore.StringValue(resp.Data.MsgType)
		}
		return reply{resp.ApiResp, resp.CodeError}, nil
	})
	err = identified(id, requestID, err)
	l.as = l.took(kind)
	if again && l.as == asCard { // what is out may be the first, and have buttons
		l.as = asLiveCard
	}
	return outcome(id, requestID, l, wrap("send to feishu", err))
}

// Check asks Feishu for a fresh token: it proves that Feishu can be reached and
// knows the app and its secret. The error carries a verdict.
func (b *Bot) Check(ctx context.Context) error {
	_, err := b.tokens.renew(ctx)
	return wrap("sign in to feishu", err)
}

// Close drops idle connections. Calls under way finish.
func (b *Bot) Close() { b.http.CloseIdleConnections() }

func outcome(messageID, requestID string, l letter, err error) notify.Outcome {
	o := notify.Outcome{MessageID: messageID, RequestID: requestID, Payload: l.content, Err: err}
	if err == nil {
		o.Form = manner{as: l.as}.String()
	}
	if refusal, ok := errors.AsType[*notify.Refusal](err); ok && o.RequestID == "" {
		o.RequestID = refusal.RequestID
	}
	return o
}

// identified is err, or what there is to say of a message that was accepted without an id:
// Success() is no proof (feishu.md 2.6), neither of that nor of the contrary.
func identified(id, requestID string, err error) error {
	if err == nil && id == "" {
		err = notify.MaybeSent(&notify.Refusal{Code: "feishu.no_message_id", Message: "accepted without a message id", RequestID: requestID})
	}
	return err
}

// uuidOf returns the idempotency key of a delivery, hashed when Feishu would find it too long.
func uuidOf(key string) string {
	if len(key) <= maxUUID {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])[:maxUUID]
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
