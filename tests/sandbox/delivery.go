package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// deliver sends, holds or loses a notice, and records the results.
func (g *Gateway) deliver(ctx context.Context, p preparedNotice) []NoticeResult {
	switch p.notice.Delivery {
	case DeliverLater:
		g.held.add(p)
		return g.unsent(p)
	case DeliverNever:
		return g.unsent(p)
	}
	results := make([]NoticeResult, p.notice.Copies)
	var together sync.WaitGroup
	for i := range results {
		if p.notice.Together {
			together.Go(func() { results[i] = g.post(ctx, p) })
			continue
		}
		results[i] = g.post(ctx, p)
	}
	together.Wait()
	return results
}

func (g *Gateway) unsent(p preparedNotice) []NoticeResult {
	result := p.result(g.config.Now())
	g.journal.notice(result)
	return []NoticeResult{result}
}

func (p preparedNotice) result(now time.Time) NoticeResult {
	return NoticeResult{
		Time:       now,
		MerchantID: p.notice.MerchantID,
		OrderID:    p.notice.OrderID,
		Variant:    p.notice.Variant,
		Delivery:   p.notice.Delivery,
		Plaintext:  p.plaintext,
	}
}

// maxNoticeAnswer bounds what is read of a receiver's answer, in bytes.
const maxNoticeAnswer = 64 << 10

// post sends one copy and records what came of it.
func (g *Gateway) post(ctx context.Context, p preparedNotice) NoticeResult {
	result := p.result(g.config.Now())
	defer func() { g.journal.notice(result) }()
	ctx, cancel := context.WithTimeout(ctx, g.config.NoticeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(p.body))
	if err != nil {
		result.Error = err.Error()
		return result
	}
	req.Header.Set("Content-Type", p.contentType)
	resp, err := g.client.Do(req)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	defer resp.Body.Close()
	result.Status = resp.StatusCode
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxNoticeAnswer))
	result.Body = string(body)
	if err != nil {
		result.Error = err.Error()
	}
	return result
}
