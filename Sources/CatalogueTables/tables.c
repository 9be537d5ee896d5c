#include "CatalogueTables.h"

// #embed (C23, also GNU C17 of Clang 19) puts a file into the program without an array literal, which the Swift compiler takes
// a second per 6 kB to read.
#define TABLE(name)                                                                                                    \
    struct catalogue_table catalogue_table_##name(void) {                                                              \
        return (struct catalogue_table){name, sizeof name};                                                            \
    }

static const uint8_t attestations[] = {
#embed "Data/attestations.csv"
};
static const uint8_t egress[] = {
#embed "Data/egress.csv"
};
static const uint8_t machines[] = {
#embed "Data/machines.csv"
};
static const uint8_t metros[] = {
#embed "Data/metros.csv"
};
static const uint8_t offers[] = {
#embed "Data/offers.csv"
};
static const uint8_t price_sets[] = {
#embed "Data/price-sets.csv"
};
static const uint8_t regions[] = {
#embed "Data/regions.csv"
};
static const uint8_t round_trips[] = {
#embed "Data/round-trips.csv"
};
static const uint8_t sources[] = {
#embed "Data/sources.csv"
};
static const uint8_t transfer[] = {
#embed "Data/transfer.csv"
};

TABLE(attestations)
TABLE(egress)
TABLE(machines)
TABLE(metros)
TABLE(offers)
TABLE(price_sets)
TABLE(regions)
TABLE(round_trips)
TABLE(sources)
TABLE(transfer)
