package identity

import "context"

// askFeishu answers queries with one call: every handle of everybody.
func (d *Directory) askFeishu(ctx context.Context, l line, queries []*query) {
	var emails, phones []string
	for _, q := range queries {
		for _, h := range q.need {
			if h.kind == byEmail {
				emails = append(emails, h.value)
			} else {
				phones = append(phones, h.value)
			}
		}
	}
	byMail, byTel, err := l.feishu.Lookup(ctx, emails, phones)
	d.meter.Asked(l.ch, 1)
	now := d.now()
	for _, q := range queries {
		if q.err = err; err != nil {
			continue
		}
		for _, h := range q.need {
			id := byMail[h.value]
			if h.kind == byPhone {
				id = byTel[h.value]
			}
			q.answer(h, id, now)
		}
	}
}
