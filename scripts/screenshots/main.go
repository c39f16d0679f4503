// Command screenshots takes the pictures of docs/screenshots: it starts the demo, puts
// tickets on their way and photographs in Chromium what the pages and the devices show.
//
//	go run ./scripts/screenshots [-to docs/screenshots]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	to := flag.String("to", "docs/screenshots", "the folder the pictures are written to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *to)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run takes every picture. The pages come first, while there are few messages to show.
func run(ctx context.Context, folder string) error {
	if err := os.MkdirAll(filepath.Join(folder, "cards"), 0o755); err != nil {
		return err
	}
	if err := visit(ctx, folder, pages); err != nil {
		return err
	}
	for _, language := range []string{"zh", "en"} {
		err := visit(ctx, folder, func(ctx context.Context, h *house, c *camera) error { return sheets(ctx, h, c, language) })
		if err != nil {
			return err
		}
	}
	return nil
}

// visit starts a demo of its own for some pictures: WeCom takes 30 messages a minute for
// a person, and two languages in one demo would end in a digest.
func visit(ctx context.Context, folder string, take func(context.Context, *house, *camera) error) error {
	h, err := open(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	c, err := look(ctx, h.url, folder)
	if err != nil {
		return err
	}
	defer c.close()
	return take(ctx, h, c)
}

// pages shows a ticket that waits for t1: the card in both themes, then the pages.
func pages(ctx context.Context, h *house, c *camera) error {
	if err := h.play(ctx, []story{{"订单表加索引", nil}}); err != nil {
		return err
	}
	for _, p := range []picture{
		{name: "feishu-card-light", path: "/?lang=zh&ticket=1", of: ".fs-card", before: fmt.Sprintf(sheet, "feishu"), width: 1500, height: 1000, scale: 2},
		{name: "feishu-card-dark", path: "/?lang=zh&ticket=1", of: ".fs-card", before: fmt.Sprintf(sheet, "feishu"), width: 1500, height: 1000, scale: 2, dark: true},
		{name: "playground", path: "/?lang=zh&ticket=1", width: 1440, height: 900},
		{name: "message-push", path: "/channels?lang=zh", before: `(document.querySelector("#mail").scrollIntoView(), true)`, width: 1280, height: 900},
	} {
		if err := c.take(ctx, p); err != nil {
			return err
		}
	}
	done := []string{"approve t1", "start admin", "succeed admin"}
	if err := h.play(ctx, []story{{"用户表新增手机号列", done}, {"清理 2024 年历史流水", done}}); err != nil {
		return err
	}
	return c.take(ctx, picture{name: "deliveries", path: "/deliveries?lang=zh", width: 1280, height: 900})
}

// story is how a ticket comes into a state, told as "action who reason".
type story struct {
	title string
	steps []string
}

// stories end in each state once.
func stories(language string) []story {
	if language == "en" {
		return []story{
			{"Add an index to the orders table", nil},
			{"Widen the nickname column", []string{"approve t1"}},
			{"Drop the legacy sessions table", []string{"reject t1"}},
			{"Backfill the regions of 2025", []string{"approve t1", "start admin"}},
			{"Add phone numbers to users", []string{"approve t1", "start admin", "succeed admin"}},
			{"Rebuild the ledger's primary key", []string{"approve t1", "start admin", "fail admin ERROR 1205 (HY000): Lock wait timeout exceeded"}},
			{"Rotate the reporting account", []string{"approve t1", "complete admin"}},
			{"Archive the coupons of 2023", []string{"cancel creator"}},
		}
	}
	return []story{
		{"订单表加索引", nil},
		{"昵称列加长到 64", []string{"approve t1"}},
		{"删除旧会话表", []string{"reject t1"}},
		{"补齐 2025 年地区字段", []string{"approve t1", "start admin"}},
		{"用户表新增手机号列", []string{"approve t1", "start admin", "succeed admin"}},
		{"重建流水表主键", []string{"approve t1", "start admin", "fail admin ERROR 1205 (HY000): Lock wait timeout exceeded"}},
		{"轮换报表账号", []string{"approve t1", "complete admin"}},
		{"归档 2023 年优惠券", []string{"cancel creator"}},
	}
}

// sheets photographs a card in every state there is, on both channels.
func sheets(ctx context.Context, h *house, c *camera, language string) error {
	for _, reader := range []string{"creator", "t1", "admin"} {
		if err := h.reads(ctx, reader, language); err != nil {
			return err
		}
	}
	if err := h.empty(ctx); err != nil {
		return err
	}
	if err := h.play(ctx, stories(language)); err != nil {
		return err
	}
	for _, channel := range []string{"feishu", "wecom"} {
		err := c.take(ctx, picture{
			name: "cards/" + channel + "-" + language, path: "/?lang=" + language, of: "[data-device=" + channel + "] .screen",
			before: fmt.Sprintf(sheet, channel), width: 1500, height: 1000,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sheet lays the messages of a device out side by side, the first in each state.
const sheet = `(() => {
	const device = document.querySelector("[data-device=%s]");
	device.classList.add("wide");
	const owner = device.querySelector("select");
	owner.value = "all";
	owner.dispatchEvent(new Event("change"));
	device.querySelector(".screen").style.overflow = "visible";
	const seen = new Set();
	for (const message of device.querySelectorAll(".message")) {
		const state = message.querySelector(".fs-tag, .wx-source")?.textContent.split(" · ")[0];
		if (seen.has(state)) message.remove();
		seen.add(state);
	}
	for (const el of device.querySelectorAll(".wire, .marker, .message > .small")) el.remove();
	return true;
})()`
