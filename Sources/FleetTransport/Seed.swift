import AsyncHTTPClient
package enum FleetTransportSeed {}
