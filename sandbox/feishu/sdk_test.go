package feishu_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkcontact "github.com/larksuite/oapi-sdk-go/v3/service/contact/v3"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"
)

// The provider's own SDK is the second witness that the simulator speaks its
// language. It is built as feishu.md 2.3 says.
func sdk(r *rig) *larkcore.Config {
	cfg := &larkcore.Config{
		BaseUrl: r.url, AppId: appID, AppSecret: appSecret, AppType: larkcore.AppTypeSelfBuilt,
		HttpClient: &http.Client{Timeout: 10 * time.Second}, LogLevel: larkcore.LogLevelError,
	}
	larkcore.NewLogger(cfg)
	larkcore.NewSerialization(cfg)
	larkcore.NewHttpClient(cfg)
	return cfg
}

func sdkLetter(r *rig) *larkim.CreateMessageReq {
	return larkim.NewCreateMessageReqBuilder().ReceiveIdType("open_id").Body(larkim.NewCreateMessageReqBodyBuilder().
		ReceiveId(r.lisi.OpenID).MsgType("interactive").Content(string(sample(r.T, "pending"))).Uuid("u-1").Build()).Build()
}

func TestTheSDKSendsAndChangesACard(t *testing.T) {
	r := newRig(t)
	im, token := larkim.New(sdk(r)), larkcore.WithTenantAccessToken(r.token)
	sent, err := im.Message.Create(t.Context(), sdkLetter(r), token)
	if err != nil {
		t.Fatal(err)
	}
	if !sent.Success() || sent.Data == nil || *sent.Data.MessageId != r.shown()[0].ID || *sent.Data.ChatId == "" || sent.RequestId() == "" {
		t.Fatalf("got %s, want the message on the device", sent)
	}
	change := larkim.NewPatchMessageReqBuilder().MessageId(*sent.Data.MessageId).
		Body(larkim.NewPatchMessageReqBodyBuilder().Content(string(sample(t, "handled"))).Build()).Build()
	changed, err := im.Message.Patch(t.Context(), change, token)
	if err != nil || !changed.Success() {
		t.Fatalf("got %s %v, want success", changed, err)
	}
	if got := r.shown()[0].Title; got != "工单已驳回" {
		t.Errorf("got %s, want the new title", got)
	}
}

func TestTheSDKFindsAPerson(t *testing.T) {
	r := newRig(t)
	req := larkcontact.NewBatchGetIdUserReqBuilder().UserIdType("open_id").
		Body(larkcontact.NewBatchGetIdUserReqBodyBuilder().Emails([]string{r.lisi.Email, "nobody@corp.example"}).Build()).Build()
	got, err := larkcontact.New(sdk(r)).User.BatchGetId(t.Context(), req, larkcore.WithTenantAccessToken(r.token))
	if err != nil || !got.Success() {
		t.Fatalf("got %s %v, want success", got, err)
	}
	list := got.Data.UserList
	if len(list) != 2 || *list[0].UserId != r.lisi.OpenID || list[1].UserId != nil {
		t.Errorf("got %s, want lisi and nobody", larkcore.Prettify(list))
	}
}

func TestTheSDKReadsARefusal(t *testing.T) {
	r := newRig(t)
	r.fail("scope_missing")
	got, err := larkim.New(sdk(r)).Message.Create(t.Context(), sdkLetter(r), larkcore.WithTenantAccessToken(r.token))
	if err != nil {
		t.Fatal(err)
	}
	if got.Code != 99991672 || got.Err == nil || got.Err.LogID != got.LogId() {
		t.Fatalf("got %s, want 99991672 with a log id", larkcore.Prettify(got.CodeError))
	}
	asked := slices.ContainsFunc(got.Err.PermissionViolations, func(v *larkcore.CodeErrorPermissionViolation) bool {
		return v.Subject == "im:message:send_as_bot"
	})
	if !asked || got.Err.Helps[0].URL == "" {
		t.Errorf("got %s, want the scope and a link", larkcore.Prettify(got.CodeError))
	}
}

func TestTheSDKTakesAGatewayTimeoutForAnError(t *testing.T) {
	r := newRig(t)
	r.fail("gateway_timeout")
	_, err := larkim.New(sdk(r)).Message.Create(t.Context(), sdkLetter(r), larkcore.WithTenantAccessToken(r.token))
	if _, ok := errors.AsType[*larkcore.ServerTimeoutError](err); !ok {
		t.Errorf("got %v, want a server timeout", err)
	}
}
