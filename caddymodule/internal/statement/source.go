package statement

// source is a table, line by line.
type source interface {
	// next returns the cells of the next line and its number. It returns io.EOF at
	// the end. The cells are good until the next call.
	next() (cells []string, line int, err error)
	// stored says as what a cell of that line is stored, 0 being the first.
	stored(i int) storage
	// columnName is what a column is called where it has no name of its own.
	columnName(i int) string
	// since is the day from which numbers count that are times.
	since() epoch
	// whatElse adds to the error that no columns were found where else to look.
	whatElse(err error) error
	Close() error
}

// storage is as what a file stores a cell.
type storage int

const (
	asText   storage = iota
	asNumber         // of 15 digits, as spreadsheets count
	asError          // what a formula has failed with; the cell says how
)

// Limits of what is read, so that a file that is none takes no memory.
const (
	maxCells    = 300
	maxLine     = 256 << 10 // bytes
	maxRows     = 20_000_000
	maxPreamble = 100 // lines before the names of the columns
)
