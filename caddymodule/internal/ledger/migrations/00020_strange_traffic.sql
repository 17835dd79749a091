-- How much of what goes to the old gateway anybody could have made up is counted often.
CREATE INDEX old_traffic_strange ON old_traffic (strange ASC, path ASC);
