package metrics

// other stands for every label value that is not in its set.
const other = "other"

// set is the closed set of values that a label may have.
type set []string

// setOf makes the set of a list of constants.
func setOf[S ~string](values ...S) set {
	s := make(set, len(values))
	for i, value := range values {
		s[i] = string(value)
	}
	return s
}

// of returns value, or "other" when it is not in the set.
func (s set) of(value string) string {
	for _, known := range s {
		if known == value {
			return value
		}
	}
	return other
}

// label is the name of a label and the values it may have.
type label struct {
	name   string
	values set
}

func names(labels []label) []string {
	list := make([]string, len(labels))
	for i, l := range labels {
		list[i] = l.name
	}
	return list
}

// bounded returns the values of labels with strange ones made "other".
func bounded(labels []label, values []string) []string {
	list := make([]string, len(labels))
	for i, l := range labels {
		list[i] = l.values.of(values[i])
	}
	return list
}

// combinations lists every choice of one value for each label.
func combinations(labels []label) [][]string {
	list := [][]string{nil}
	for _, l := range labels {
		var longer [][]string
		for _, values := range list {
			for _, value := range l.values {
				longer = append(longer, append(values[:len(values):len(values)], value))
			}
		}
		list = longer
	}
	return list
}
