package statement

// source is a table, line by line.
type source interface {
	// next returns the cells of the next line and its number. It returns io.EOF at
	// the end. The cells are good until the next call.
	next() (cells []string, line int, err error)
	Close() error
}

// Limits of what is read, so that a file that is none takes no memory.
const (
	maxCells    = 300
	maxLine     = 256 << 10 // bytes
	maxRows     = 20_000_000
	maxPreamble = 100 // lines before the names of the columns
)
