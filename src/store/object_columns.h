/* The columns of the table object in the order of its record, for statements outside registry.c. */
#ifndef STORE_OBJECT_COLUMNS_H
#define STORE_OBJECT_COLUMNS_H

#define STORE_OBJECT_COLUMNS                                                                       \
    "number, name, kind, type, state, division, address, industry, business, established, risk, "  \
    "risk_on, observed_until, department, labels, pool_id, number_kind, likeness"

#endif
