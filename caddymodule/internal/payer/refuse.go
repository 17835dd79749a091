package payer

import (
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/pages"
)

// Refuse shows the page of a refusal, where somebody else was to answer the payer.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, reason pages.Reason) {
	refuse(reason, nil).write(w, r)
}
