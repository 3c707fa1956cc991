using System.Text.Json.Serialization;

namespace RIL.Web.Palette;

/// <summary>Something to go to or to do. One of <paramref name="Href"/>, <paramref name="Post"/> and <paramref name="Here"/> says how.</summary>
/// <param name="Group">Heading under which it stands.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Hint">A few words beside it.</param>
/// <param name="Icon">Inside of an SVG picture of 24 by 24.</param>
/// <param name="Href">An address to go to.</param>
/// <param name="Post">An address of REST to ask for it.</param>
/// <param name="Undo">An address of REST that takes it back.</param>
/// <param name="Here">Something the browser does by itself: a theme, the menu, signing out, the list of keys.</param>
/// <param name="Color">A run's colour, instead of the picture.</param>
/// <param name="State">A run's state.</param>
public sealed record PaletteItem(
    string Group, string Title, string? Hint = null, string? Icon = null, string? Href = null, string? Post = null, string? Undo = null, string? Here = null, string? Color = null, string? State = null)
{
    /// <summary>Other words by which it is found.</summary>
    [JsonIgnore]
    public string Words { get; init; } = "";
}

/// <summary>What fits to what was typed.</summary>
/// <param name="Items">In the order of the list; those of a group stand together.</param>
public sealed record PaletteAnswer(IReadOnlyList<PaletteItem> Items);
