namespace RIL.Web.Shell;

/// <summary>Light, dark or as the system says; kept in a cookie, so that the first byte already has the right colours.</summary>
/// <param name="Choice">light, dark or system.</param>
/// <param name="IsDark">What is shown: for system, what the browser said last time.</param>
public sealed record ThemeChoice(string Choice, bool IsDark)
{
    /// <summary>The cookie with the person's choice.</summary>
    public const string Cookie = "ril-theme";

    /// <summary>The cookie in which the browser says what its system prefers.</summary>
    public const string SystemCookie = "ril-system-theme";

    /// <summary>Value of the page's <c>data-theme</c>.</summary>
    public string Attribute => IsDark ? "dark" : "light";

    /// <summary>The choice of a request.</summary>
    public static ThemeChoice Of(HttpContext? context)
    {
        string choice = context?.Request.Cookies[Cookie] is "light" or "dark" ? context.Request.Cookies[Cookie]! : "system";
        return new ThemeChoice(choice, (choice == "system" ? context?.Request.Cookies[SystemCookie] : choice) == "dark");
    }
}
