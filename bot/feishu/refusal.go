package feishu

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ticketbell/notify"
)

// maxMessage is how many characters of Feishu's own text are kept.
const maxMessage = 300

// refusal says r in Feishu's own terms, without what was sent.
func (b *Bot) refusal(on route, r reply, secrets []string) *notify.Refusal {
	code := strconv.Itoa(r.Code)
	if r.Code == 0 {
		code = "http_" + strconv.Itoa(r.StatusCode)
	}
	said := cmp.Or(tidy(r.Msg), rowOf(on, r.Code).meaning, "answered "+strconv.Itoa(r.StatusCode))
	parts := append([]string{said}, hints(r)...)
	return &notify.Refusal{
		Code:      "feishu." + code,
		Message:   redact(strings.Join(parts, "; "), append(secrets, b.secrets...)),
		RequestID: requestID(r),
	}
}

func requestID(r reply) string {
	if id := r.RequestId(); id != "" || r.Err == nil {
		return id
	}
	return r.Err.LogID
}

// tidy makes one short line of a provider's text. From ErrorValue on it would repeat
// what is on the card (feishu.md 5.4).
func tidy(msg string) string {
	msg, _, _ = strings.Cut(msg, "ErrorValue:")
	msg = strings.Join(strings.Fields(printable(msg)), " ")
	return cut(strings.TrimRight(msg, "; "), maxMessage)
}

// hints lists what the envelope tells beyond the text: missing scopes with the page
// that grants them, and the fields found wrong, without their values.
func hints(r reply) []string {
	if r.Err == nil {
		return nil
	}
	var list, scopes, fields []string
	for _, v := range r.Err.PermissionViolations {
		scopes = append(scopes, v.Subject)
	}
	for _, v := range r.Err.FieldViolations {
		fields = append(fields, v.Field)
	}
	list = appendHint(list, "missing scopes: ", scopes)
	list = appendHint(list, "fields: ", fields)
	for _, h := range r.Err.Helps {
		if strings.HasPrefix(h.URL, "https://") {
			return append(list, cut(h.URL, 2*maxMessage))
		}
	}
	return list
}

func appendHint(list []string, label string, names []string) []string {
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == "" })
	if len(names) == 0 {
		return list
	}
	return append(list, cut(label+strings.Join(names, ", "), maxMessage))
}

func redact(s string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "***")
		}
	}
	return s
}
