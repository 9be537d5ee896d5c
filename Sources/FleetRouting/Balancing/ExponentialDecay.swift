/// e⁻ˣ without a mathematics library: two to a whole power times a polynomial, with an error below 1e-9.
enum ExponentialDecay {
    /// - Parameter exponent: 0 or more; NaN counts as 0.
    static func factor(_ exponent: Double) -> Double {
        guard exponent > 0 else { return 1 }
        guard exponent < 700 else { return 0 }
        let halvings = (exponent * 1.442_695_040_888_963_4).rounded()
        let rest = exponent - halvings * 0.693_147_180_559_945_3
        // e⁻ʳ by its Taylor series; |r| is at most ln 2 / 2, so that the ninth term is below 1e-9.
        var sum = 1.0
        for term in stride(from: 9.0, through: 1, by: -1) { sum = 1 - rest / term * sum }
        return Double(sign: .plus, exponent: -Int(halvings), significand: sum)
    }
}
