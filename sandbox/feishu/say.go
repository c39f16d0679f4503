package feishu

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"ticketbell/sandbox"
)

// The events of people who write to the bot, or choose from its menu (feishu.md 8.4).
const (
	textMessage = "im.message.receive_v1"
	menuEntry   = "application.bot.menu_v6"
	messageRead = "im.message.message_read_v1"
)

// Say carries what a person types to the bot, or chooses from its menu, to our own
// door. An event that is not taken is handed in again later; the first answer counts.
func (s *Simulator) Say(ctx context.Context, said sandbox.Saying) (sandbox.Carried, error) {
	who, ok := s.cfg.Directory.Find(said.Person)
	if !ok {
		return sandbox.Carried{}, notPressable("nobody is called %s", said.Person)
	}
	h := s.typed(who, said.Text)
	if said.Menu != "" {
		h = s.chosen(who, said.Menu)
	}
	return s.tell(ctx, h)
}

// Read carries that the person a message was sent to has opened it. The event is that of
// the SDK, larkim.P2MessageReadV1.
func (s *Simulator) Read(ctx context.Context, r sandbox.Reading) (sandbox.Carried, error) {
	m, ok := s.post.find(r.MessageID)
	if !ok || m.recalled {
		return sandbox.Carried{}, notPressable("no message %s", r.MessageID)
	}
	at, err := s.cfg.Box.Read(Channel, m.id)
	if err != nil {
		return sandbox.Carried{}, notPressable("%v", err)
	}
	return s.tell(ctx, happening{messageRead, map[string]any{
		"reader": map[string]any{
			"reader_id": map[string]string{"open_id": m.to.OpenID, "union_id": idOf(m.to, "union_id")},
			"read_time": millis(at), "tenant_key": tenantKey,
		},
		"message_id_list": []string{m.id},
	}})
}

// tell hands an event in, again later when it is not taken; the first answer counts.
func (s *Simulator) tell(ctx context.Context, h happening) (sandbox.Carried, error) {
	done, err := s.handIn(ctx, h)
	if err != nil || done.Status != http.StatusOK {
		s.work.Go(func() { s.handInAgain(context.WithoutCancel(ctx), h) })
	}
	return done, err
}

// handInAgain repeats an event until it is taken. The message is the same, the event
// another one.
func (s *Simulator) handInAgain(ctx context.Context, h happening) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.work.Go(func() {
		defer cancel()
		select {
		case <-s.ending:
		case <-ctx.Done():
		}
	})
	for _, pause := range s.cfg.Again {
		if !wait(ctx, pause) {
			return
		}
		if done, err := s.handIn(ctx, h); err == nil && done.Status == http.StatusOK {
			return
		}
	}
}

func (s *Simulator) typed(who sandbox.Person, text string) happening {
	content, _ := json.Marshal(map[string]string{"text": text}) // a map of strings always encodes
	message := map[string]any{
		"message_id": "om_" + randomHex(16), "create_time": millis(s.cfg.Now()), "chat_id": s.post.chatWith(who),
		"chat_type": "p2p", "message_type": "text", "content": string(content),
	}
	if strings.Contains(text, "@_user_1") { // as in a group, where the bot was mentioned
		message["chat_type"] = "group"
		message["mentions"] = []map[string]any{{"key": "@_user_1", "name": "ticketbell", "mentioned_type": "bot", "tenant_key": tenantKey}}
	}
	return happening{textMessage, map[string]any{
		"sender": map[string]any{
			"sender_id":   map[string]string{"open_id": who.OpenID, "union_id": idOf(who, "union_id")},
			"sender_type": "user", "tenant_key": tenantKey,
		},
		"message": message,
	}}
}

func (s *Simulator) chosen(who sandbox.Person, key string) happening {
	return happening{menuEntry, map[string]any{
		"operator": map[string]any{
			"operator_name": who.Name,
			"operator_id":   map[string]string{"open_id": who.OpenID, "union_id": idOf(who, "union_id")},
		},
		"event_key": key, "timestamp": s.cfg.Now().Unix(),
	}}
}
