#ifndef CATALOGUE_TABLES_H
#define CATALOGUE_TABLES_H

#include <stddef.h>
#include <stdint.h>

// The bytes of one file of Data/. They live as long as the program and never change.
struct catalogue_table {
    const uint8_t *bytes;
    size_t count;
};

struct catalogue_table catalogue_table_attestations(void);
struct catalogue_table catalogue_table_egress(void);
struct catalogue_table catalogue_table_machines(void);
struct catalogue_table catalogue_table_metros(void);
struct catalogue_table catalogue_table_offers(void);
struct catalogue_table catalogue_table_price_sets(void);
struct catalogue_table catalogue_table_regions(void);
struct catalogue_table catalogue_table_round_trips(void);
struct catalogue_table catalogue_table_sources(void);
struct catalogue_table catalogue_table_transfer(void);

#endif
