package ledger

import (
	"database/sql"
	"encoding/json"
	"fmt"
)

// rowsOf returns every column of every row of an order, by table, as JSON. The same rows
// always give the same bytes.
func rowsOf(t *tx, k Key) ([]byte, error) {
	tables := map[string][]map[string]any{}
	for _, table := range archivedTables {
		rows, err := t.runner.query(t.ctx, rowsQuery(table.name, table.by), storableArgs([]any{k.OrderID, k.MerID}))
		if err != nil {
			return nil, fromDriver(err)
		}
		list, err := everyColumn(rows)
		if err != nil {
			return nil, fromDriver(fmt.Errorf("reading %s: %w", table.name, err))
		}
		if len(list) > 0 {
			tables[table.name] = list
		}
	}
	return json.Marshal(tables)
}

// everyColumn reads rows by the names of their columns, and closes them.
func everyColumn(rows *sql.Rows) ([]map[string]any, error) {
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var list []map[string]any
	for rows.Next() {
		values, targets := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		row := make(map[string]any, len(names))
		for i, name := range names {
			row[name] = values[i]
			if text, is := values[i].([]byte); is {
				row[name] = string(text)
			}
		}
		list = append(list, row)
	}
	return list, rows.Err()
}
