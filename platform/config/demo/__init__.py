"""The demo company: two tenants that deal with each other, their people, their documents and the questions to ask them."""
