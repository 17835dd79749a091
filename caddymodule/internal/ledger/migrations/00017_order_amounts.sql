-- Orders of an action or of an amount that is rare among many.
CREATE INDEX orders_amount ON orders (action ASC, amount ASC);
