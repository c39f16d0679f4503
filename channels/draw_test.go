package channels_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestEachChannelDrawsWhatItWouldSend(t *testing.T) {
	h := open(t)
	ev, reader := cards.SampleEvent(ticket.WaitingReview, time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC))
	for _, tc := range []struct {
		channel notify.Channel
		draft   map[string]json.RawMessage
		want    string
	}{
		{notify.Feishu, nil, `"schema":"2.0"`},
		{notify.Feishu, map[string]json.RawMessage{"style": json.RawMessage(`"post"`)}, `{"zh_cn":{"title":`},
		{notify.Feishu, map[string]json.RawMessage{"style": json.RawMessage(`"text"`)}, `{"text":"[Pending review · PROD] `},
		{notify.Feishu, map[string]json.RawMessage{"style": json.RawMessage(`"none"`)}, `"schema":"2.0"`},
		{notify.WeCom, map[string]json.RawMessage{"style": json.RawMessage(`"text"`)}, `"msgtype":"text"`},
		{notify.Mail, nil, "Content-Type: multipart/alternative"},
	} {
		got, err := h.Draw(t.Context(), tc.channel, notify.Drawing{Event: ev, Reader: reader, Language: cards.English, Draft: tc.draft})
		if err != nil || !strings.Contains(got, tc.want) {
			t.Errorf("%s: got %v, %.300s, want %s in it", tc.channel, err, got, tc.want)
		}
	}
}

// A preview offers to mute where the real card does.
func TestAPreviewCanBeMutedWhereAPressComesBack(t *testing.T) {
	h := open(t)
	ev, reader := cards.SampleEvent(ticket.WaitingReview, time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC))
	ev.ID, ev.Ticket.URL = "evt_1", "https://tickets.example.com/1024"
	for _, tc := range []struct {
		channel notify.Channel
		patch   map[string]any
		mark    string
	}{
		{notify.Feishu, map[string]any{"callback": "long_connection"}, `"act":"mute"`},
		{notify.WeCom, map[string]any{"callback_token": "QDG6eK", "callback_aes_key": strings.Repeat("a", 43)}, `"action_menu":`},
	} {
		h.configure(tc.channel)
		for _, want := range []bool{false, true} {
			got, err := h.Draw(t.Context(), tc.channel, notify.Drawing{Event: ev, Reader: reader, Language: cards.Chinese})
			if err != nil || strings.Contains(got, tc.mark) != want || !strings.Contains(got, "待你审核") {
				t.Errorf("%s: got %v, %s, want to mute in it: %v", tc.channel, err, got, want)
			}
			h.patch(tc.channel, tc.patch)
		}
	}
}
