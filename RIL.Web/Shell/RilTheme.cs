using MudBlazor;

namespace RIL.Web.Shell;

/// <summary>MudBlazor in our colours and sizes: flat, dense, neutral greys and one accent. The same colours stand in <c>site.css</c>.</summary>
internal static class RilTheme
{
    private static readonly string[] Sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Liberation Sans", "Arial", "sans-serif"];

    /// <summary>The light colours, which hold where nothing else is said.</summary>
    public static MudTheme Light { get; } = Of(":root");

    /// <summary>The dark ones, which hold where the page says so: switching needs neither the server nor a new page.</summary>
    public static MudTheme Dark { get; } = Of(":root[data-theme=dark]");

    private static MudTheme Of(string scope) => new()
    {
        PseudoCss = new PseudoCss { Scope = scope },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
        PaletteLight = new PaletteLight
        {
            Primary = "#2158c4", PrimaryContrastText = "#ffffff", Secondary = "#4d5662", Tertiary = "#0f766e", Info = "#2158c4", Success = "#1a7340", Warning = "#8f5600", Error = "#b3261e",
            Background = "#ffffff", BackgroundGray = "#f6f7f9", Surface = "#ffffff", AppbarBackground = "#ffffff", AppbarText = "#1b1f24", DrawerBackground = "#f6f7f9", DrawerText = "#1b1f24", DrawerIcon = "#4d5662",
            TextPrimary = "#1b1f24", TextSecondary = "#57606a", TextDisabled = "#8b949e", ActionDefault = "#4d5662", ActionDisabled = "#8b949e", Divider = "#d9dde3", DividerLight = "#e8ebef", LinesDefault = "#d9dde3", LinesInputs = "#b6bdc6",
            TableLines = "#e3e6ea", TableHover = "#f3f5f8", TableStriped = "#f8f9fb",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7aa7ff", PrimaryContrastText = "#0b1526", Secondary = "#a3acb8", Tertiary = "#5fc7bb", Info = "#7aa7ff", Success = "#5cc98a", Warning = "#e0a848", Error = "#ff8a80",
            Background = "#13161a", BackgroundGray = "#0e1114", Surface = "#181c21", AppbarBackground = "#13161a", AppbarText = "#e6e9ed", DrawerBackground = "#0e1114", DrawerText = "#e6e9ed", DrawerIcon = "#a3acb8",
            TextPrimary = "#e6e9ed", TextSecondary = "#a3acb8", TextDisabled = "#6b7480", ActionDefault = "#a3acb8", ActionDisabled = "#6b7480", Divider = "#2c323a", DividerLight = "#242930", LinesDefault = "#2c323a", LinesInputs = "#4a525d",
            TableLines = "#262c33", TableHover = "#1f242b", TableStriped = "#171b20", OverlayDark = "rgba(0,0,0,0.6)",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = "0.875rem", LineHeight = "1.43", LetterSpacing = "normal" },
            H1 = new H1Typography { FontFamily = Sans, FontSize = "1.25rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            H2 = new H2Typography { FontFamily = Sans, FontSize = "1rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            H3 = new H3Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            H6 = new H6Typography { FontFamily = Sans, FontSize = "1rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Sans, FontSize = "0.875rem", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Sans, FontSize = "0.8125rem", LetterSpacing = "normal" },
            Subtitle1 = new Subtitle1Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LetterSpacing = "normal" },
            Subtitle2 = new Subtitle2Typography { FontFamily = Sans, FontSize = "0.8125rem", FontWeight = "600", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Sans, FontSize = "0.8125rem", FontWeight = "600", TextTransform = "none", LetterSpacing = "normal" },
            Caption = new CaptionTypography { FontFamily = Sans, FontSize = "0.75rem", LetterSpacing = "normal" },
        },
    };
}
