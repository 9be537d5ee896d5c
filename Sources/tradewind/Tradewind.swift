import ArgumentParser
@main struct Tradewind: ParsableCommand {}
