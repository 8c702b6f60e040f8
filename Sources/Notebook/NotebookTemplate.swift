/// The notebook that `lamella new` writes: short, complete, and true to its own claims.
package enum NotebookTemplate {
  /// - Parameter title: shown as the notebook's title; any text.
  package static func text(title: String) -> String {
    let quoted = title.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return """
      ---
      title: "\(quoted)"
      lamella: 1
      seed: 1
      params:
        points: { type: int, default: 100, min: 2, doc: points on the curve }
      ---

      What this notebook is about, in a sentence or two. Prose is Markdown, with formulas such as
      $y = e^{-x/3} \\cos x$.

      ## A curve

      ```{lamella}
      #| label: curve
      x = linspace(0, 12, points)
      y = exp(-x / 3) * cos(x)
      print("from {y[0]:.3f} down to {min(y):.3f}")
      ```

      What a cell shows can be claimed: `lamella test` fails when it no longer comes out.

      ```{expect} rtol=1e-2
      from 1.000 down to -0.370
      ```

      ```{lamella}
      #| label: picture
      #| fig-cap: A damped oscillation.
      figure(xlabel = "x", ylabel = "y") |> line(x, y)
      ```

      ## Noise

      Random numbers come from the seed above, so a second run gives the same.

      ```{lamella}
      noisy = y + 0.05 * randn(points)
      mean(abs(noisy - y)) < 0.1
      ```

      ```{expect}
      true
      ```

      """
  }
}
