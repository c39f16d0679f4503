package main

import (
	"context"

	"ticketbell/bot/feishu"
	"ticketbell/bot/feishu/longconn"
	"ticketbell/bot/wecom"
	"ticketbell/channels"
	"ticketbell/notify"
)

// openFeishu opens both ways on which presses and words come back from Feishu. The
// configuration decides which of them lets anything in.
func (h *house) openFeishu() {
	h.inbox = feishu.NewInbox(h.decider, h.chat, wantedReceipts{h.board, h.store}, h.now, h.log)
	h.mounts["/callbacks/feishu"] = feishu.NewCallbacks(h.board, h.inbox, h.now, h.log)
	h.line = longconn.New(h.board, h.inbox, h.now, h.log)
}

// wantedReceipts notes what was read on Feishu while an administrator wants to know.
type wantedReceipts struct {
	board *channels.Board
	notes notify.ReadReceipts
}

// Opened implements [notify.ReadReceipts].
func (w wantedReceipts) Opened(ctx context.Context, r notify.ReadReceipt) error {
	app, err := w.board.FeishuApp(ctx)
	if err != nil || !app.ReadReceipts {
		return err
	}
	return w.notes.Opened(ctx, r)
}

// openWeCom opens the door by which presses and words come back from WeCom. The
// configuration decides whether it lets anything in.
func (h *house) openWeCom() {
	h.wecom = &wecom.Door{
		Keys: h.board.WeComKeys, Bot: h.board.WeComBot, Paced: h.pacedOnWeCom, Presses: h.decider, Listener: h.chat,
		Seen: h.store, Codes: h.store, Now: h.now, Log: h.log,
	}
	h.mounts["/callbacks/wecom"] = h.wecom
}

// pacedOnWeCom has send write to the member once the limits leave room.
func (h *house) pacedOnWeCom(ctx context.Context, userID string, send func(context.Context) error) error {
	return h.teller.Reach(ctx, notify.WeCom, userID, func(ctx context.Context, _ notify.Sender) error { return send(ctx) })
}

// watchedBoard is the board with how Feishu's long connection fares in this process.
type watchedBoard struct {
	*channels.Board
	line *longconn.Keeper
}

// Health tells how the channel fares now.
func (w watchedBoard) Health(ctx context.Context, ch notify.Channel) (notify.Health, error) {
	h, err := w.Board.Health(ctx, ch)
	state := w.line.State()
	if err != nil || ch != notify.Feishu || !state.Wanted {
		return h, err
	}
	h.LongConnection = &notify.LongConnection{Open: state.Open, Since: state.Since}
	if state.Why != nil {
		h.LongConnection.Error = state.Why.Error()
	}
	return h, nil
}
