package reconciliation

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// line is a line of one of the statements.
type line struct {
	statement.Row
	File int
}

// order is an order of the ledger, as it is found by what moved in the range.
type order struct {
	api.Settlement
	paid     bool // it was paid within the range
	refunded bool // its refund was done within the range

	unreadable *api.Unreadable // its row, where that cannot be read: only its merchant is known then
}

// A record is written as its members one after the other: texts behind their length,
// whole numbers in as many bytes as they need, times as milliseconds, several yes and
// no as bits.

func (l *line) fields() fields {
	return fields{
		texts:   []*string{&l.Number, &l.GatewayNo, &l.RefundNo, &l.Merchant, (*string)(&l.State), (*string)(&l.RefundState)},
		numbers: []*int64{&l.Fen, &l.RefundFen},
		counts:  []*int{&l.Line, &l.File},
		times:   []*time.Time{&l.At},
		bits:    []*bool{&l.Pays, &l.Refunds, &l.Either, &l.PartRefunded, &l.DayOnly},
	}
}

func (o *order) fields() fields {
	return fields{
		texts: []*string{
			&o.MerID, &o.OrderID, &o.QueryID, &o.OrderNo, &o.GatewayMerchant, &o.GatewayNo, &o.RefundNo, (*string)(&o.State),
		},
		numbers: []*int64{&o.AmountFen},
		times:   []*time.Time{&o.CreatedAt, &o.PaidAt, &o.SettledAt},
		bits:    []*bool{&o.paid, &o.refunded},
	}
}

// fields are the members of a record by their types.
type fields struct {
	texts   []*string
	numbers []*int64
	counts  []*int
	times   []*time.Time
	bits    []*bool
}

// appendTo writes the record behind b.
func (f fields) appendTo(b []byte) []byte {
	for _, text := range f.texts {
		b = binary.AppendUvarint(b, uint64(len(*text)))
		b = append(b, *text...)
	}
	for _, n := range f.numbers {
		b = binary.AppendVarint(b, *n)
	}
	for _, n := range f.counts {
		b = binary.AppendVarint(b, int64(*n))
	}
	for _, at := range f.times {
		var ms int64
		if !at.IsZero() {
			ms = at.UnixMilli()
		}
		b = binary.AppendVarint(b, ms)
	}
	var bits byte
	for i, bit := range f.bits {
		if *bit {
			bits |= 1 << i
		}
	}
	return append(b, bits)
}

// readFrom reads a record. It returns io.EOF where there is no more.
func (f fields) readFrom(r *bufio.Reader) error {
	for i, text := range f.texts {
		length, err := binary.ReadUvarint(r)
		if err != nil {
			if i == 0 && errors.Is(err, io.EOF) {
				return io.EOF
			}
			return fmt.Errorf("reading a temporary file: %w", err)
		}
		b := make([]byte, length)
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("reading a temporary file: %w", err)
		}
		*text = string(b)
	}
	var err error
	number := func() int64 {
		n, wrong := binary.ReadVarint(r)
		err = errors.Join(err, wrong)
		return n
	}
	for _, n := range f.numbers {
		*n = number()
	}
	for _, n := range f.counts {
		*n = int(number())
	}
	for _, at := range f.times {
		if ms := number(); ms != 0 {
			*at = time.UnixMilli(ms).In(translate.Beijing)
		}
	}
	bits, wrong := r.ReadByte()
	for i, bit := range f.bits {
		*bit = bits&(1<<i) != 0
	}
	if err = errors.Join(err, wrong); err != nil {
		return fmt.Errorf("reading a temporary file: %w", err)
	}
	return nil
}
