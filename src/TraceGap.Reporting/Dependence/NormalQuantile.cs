namespace TraceGap.Reporting;

/// <summary>Quantiles of the normal distribution, for intervals that hold together.</summary>
internal static class NormalQuantile
{
    private static readonly double[] A = [-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00];
    private static readonly double[] B = [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1];
    private static readonly double[] C = [-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00];
    private static readonly double[] D = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1];

    /// <summary>The quantile of a probability from 0.5 to below 1, to nine digits (the rational approximation of P. J. Acklam, 2003).</summary>
    public static double Of(double probability)
    {
        const double Tail = 0.97575;
        if (probability < Tail)
        {
            double middle = probability - 0.5;
            double square = middle * middle;
            return middle * Polynomial(A, square) / Polynomial(B, square);
        }

        double root = Math.Sqrt(-2 * Math.Log(1 - probability));
        return -Polynomial(C, root) / Polynomial(D, root);
    }

    private static double Polynomial(double[] coefficients, double x) => coefficients.Aggregate(0.0, (sum, coefficient) => (sum * x) + coefficient);
}
