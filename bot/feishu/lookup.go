package feishu

import (
	"context"
	"strings"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkcontact "github.com/larksuite/oapi-sdk-go/v3/service/contact/v3"

	"ticketbell/notify"
)

// lookupLimit is how many e-mail addresses, and besides how many phone numbers, one
// call may ask for (feishu.md 4).
const lookupLimit = 50

// Asks tells what the administrator lets people be looked up by.
func (b *Bot) Asks() (emails, phones bool) { return b.lookups.emails, b.lookups.phones }

// Lookup returns the open_ids of the people with these e-mail addresses and phone
// numbers (E.164), each under the address as it was asked for. Whoever Feishu does
// not find is missing from the answer, which is no error and may change any day
// (feishu.md 4). An error says nothing about anybody and carries a verdict.
func (b *Bot) Lookup(ctx context.Context, emails, phones []string) (byEmail, byPhone map[string]string, err error) {
	byEmail, byPhone = map[string]string{}, map[string]string{}
	for len(emails) > 0 || len(phones) > 0 {
		var someEmails, somePhones []string
		someEmails, emails = take(emails)
		somePhones, phones = take(phones)
		found, err := b.batchGetID(ctx, someEmails, somePhones)
		if err != nil {
			return nil, nil, wrap("look up people on feishu", err)
		}
		pair(byEmail, someEmails, found.emails, foldEmail)
		pair(byPhone, somePhones, found.phones, bare)
	}
	return byEmail, byPhone, nil
}

func take(list []string) (some, rest []string) {
	n := min(len(list), lookupLimit)
	return list[:n], list[n:]
}

// pair enters the ids of asked into ids, by a form of the address that does not
// depend on how it was written. The order of Feishu's answer means nothing.
func pair(ids map[string]string, asked []string, found map[string]string, form func(string) string) {
	for _, address := range asked {
		if id := found[form(address)]; id != "" {
			ids[address] = id
		}
	}
}

// people are open_ids by foldEmail and by bare.
type people struct{ emails, phones map[string]string }

func (b *Bot) batchGetID(ctx context.Context, emails, phones []string) (people, error) {
	var mobiles []string
	for _, p := range phones {
		mobiles = append(mobiles, bare(p))
	}
	req := larkcontact.NewBatchGetIdUserReqBuilder().UserIdType(larkcontact.UserIdTypeBatchGetIdUserOpenId).Body(
		larkcontact.NewBatchGetIdUserReqBodyBuilder().Emails(emails).Mobiles(mobiles).IncludeResigned(false).Build()).Build()
	var data *larkcontact.BatchGetIdUserRespData
	requestID, err := b.call(ctx, message, func(ctx context.Context, auth larkcore.RequestOptionFunc) (reply, error) {
		resp, err := b.contact.User.BatchGetId(ctx, req, auth)
		if err != nil {
			return reply{}, err
		}
		data = resp.Data
		return reply{resp.ApiResp, resp.CodeError}, nil
	})
	if err != nil {
		return people{}, err
	}
	if data == nil {
		return people{}, &notify.Refusal{Code: "feishu.no_data", Message: "answered without people", RequestID: requestID}
	}
	return peopleOf(data.UserList), nil
}

func peopleOf(list []*larkcontact.UserContactInfo) people {
	found := people{map[string]string{}, map[string]string{}}
	for _, u := range list {
		if u == nil {
			continue
		}
		id := larkcore.StringValue(u.UserId) // whatever the type of id: feishu.md 4
		if email := larkcore.StringValue(u.Email); email != "" {
			found.emails[foldEmail(email)] = id
		}
		if mobile := larkcore.StringValue(u.Mobile); mobile != "" {
			found.phones[bare(mobile)] = id
		}
	}
	return found
}

// foldEmail forgets letter case, which an answer may change.
func foldEmail(address string) string { return strings.ToLower(address) }

// bare writes a number as Feishu wants it: mainland China without prefix, all
// others with it.
func bare(phone string) string { return strings.TrimPrefix(phone, "+86") }
